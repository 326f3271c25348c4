package recoveryexporter

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/storage/filestorage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/extension/extensiontest"
)

var storageID = component.MustNewID("file_storage")

// process is an exporter with a queue on a disk, and what else one process has.
func process(t *testing.T, directory, endpoint, key string, stop func(*recovery, func())) {
	factory := filestorage.NewFactory()
	storageConfig := factory.CreateDefaultConfig().(*filestorage.Config)
	storageConfig.Directory = directory
	set := extensiontest.NewNopSettings(factory.Type())
	set.ID = storageID
	storage, err := factory.Create(t.Context(), set, storageConfig)
	require.NoError(t, err)
	host := &fakeHost{extensions: map[component.ID]component.Component{storageID: storage}}
	require.NoError(t, storage.Start(t.Context(), host))

	cfg := remote(t, endpoint, secretNew)
	cfg.Queue, cfg.Retry = createDefaultConfig().(*Config).Queue, createDefaultConfig().(*Config).Retry
	cfg.Queue.Get().StorageID = &storageID
	cfg.MACKey = configopaque.String(key)
	tel := componenttest.NewTelemetry()
	exporterSet := settings(tel)
	exporterSet.ID = component.MustNewID("recovery")
	r, err := newRecovery(cfg, exporterSet)
	require.NoError(t, err)
	g, err := newGate(t.Context(), r)
	require.NoError(t, err)
	require.NoError(t, g.Start(t.Context(), host))
	stop(r, func() {
		require.NoError(t, g.ConsumeLogs(t.Context(), records(t, key, incident("inc-1", time.Now()))))
	})
	require.NoError(t, g.Shutdown(context.Background()))
	require.NoError(t, storage.Shutdown(context.Background()))
	require.NoError(t, tel.Shutdown(context.Background()))
}

// What a stopped process had to keep is sent by the next one with the same key,
// and by no other.
func TestQueueOnDisk(t *testing.T) {
	directory := t.TempDir()
	const key = "a key that both processes have"
	down := newServer(t, status(http.StatusServiceUnavailable))
	process(t, directory, down.URL, key, func(_ *recovery, send func()) {
		send()
		<-down.got
	})

	up := newServer(t)
	process(t, directory, up.URL, key, func(*recovery, func()) {
		select {
		case m := <-up.got:
			assert.Contains(t, string(m.body), `"inc-1"`)
		case <-time.After(10 * time.Second):
			t.Error("nothing was sent")
		}
	})

	process(t, directory, down.URL, key, func(_ *recovery, send func()) {
		send()
		<-down.got
	})
	stranger := newServer(t)
	process(t, directory, stranger.URL, "a key that is not the same", func(_ *recovery, send func()) {
		send() // one queue, one consumer: it comes after what was on the disk
		<-stranger.got
	})
	assert.Empty(t, stranger.got, "the record on the disk was not signed with this key")
}
