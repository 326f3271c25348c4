package alertwebhookreceiver

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/metadata"
	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/metadatatest"
)

var storageID = component.MustNewID("file_storage")

func withStorage(c *Config) { c.Storage = &storageID }

func newFakeStorage() *fakeStorage { return &fakeStorage{values: map[string][]byte{}} }

// After a restart the alerts that fire are passed on again, once, and the others
// are not; their senders need not repeat anything.
func TestFiringAlertsSurviveARestart(t *testing.T) {
	disk := newFakeStorage()
	host := fakeHost{storageID: disk}
	start := time.Now().Add(-time.Hour).UTC()
	first := serve(t, withStorage, host)
	for k := range 5 {
		status, _ := first.post(t, alertOf("a"+strconv.Itoa(k), "firing", start))
		require.Equal(t, http.StatusOK, status)
	}
	status, _ := first.post(t, alertOf("a1", "resolved", start))
	require.Equal(t, http.StatusOK, status)
	first.stop(t)

	second := serve(t, withStorage, host)
	require.Eventually(t, func() bool { return len(second.next.records()) == 4 }, 5*time.Second, 10*time.Millisecond)
	for k, a := range second.alerts(t) {
		assert.Equal(t, event.AlertFiring, a.Status)
		assert.NotEqual(t, "a1", a.Name)
		assert.True(t, start.Equal(a.StartsAt))
		assert.Equal(t, true, second.next.records()[k].Attributes().AsRaw()["otelheal.alert.replayed"])
	}
	status, text := second.post(t, alertOf("a0", "firing", start))
	require.Equal(t, http.StatusOK, status)
	assert.JSONEq(t, `{"passed":0,"duplicate":1}`, text, "it is known")
	for _, k := range []string{"a0", "a2", "a3", "a4"} {
		status, _ := second.post(t, alertOf(k, "resolved", start))
		require.Equal(t, http.StatusOK, status)
	}
	second.stop(t)
	third := serve(t, withStorage, host)
	third.stop(t)
	assert.Empty(t, third.next.records())
	assert.Len(t, disk.values, 1, "nothing is left but the number of slots")
}

// While the pipelines can't take what fired before, its end waits: it must not
// come before it.
func TestEndWaitsForTheReplay(t *testing.T) {
	disk := newFakeStorage()
	host := fakeHost{storageID: disk}
	start := time.Now().Add(-time.Hour)
	first := serve(t, withStorage, host)
	status, _ := first.post(t, alertOf("a", "firing", start))
	require.Equal(t, http.StatusOK, status)
	first.stop(t)

	cfg := createDefaultConfig().(*Config)
	cfg.Server.NetAddr.Endpoint, cfg.Timeout = "127.0.0.1:0", 50*time.Millisecond
	withStorage(cfg)
	next := &fakeNext{errs: []error{errors.New("full")}}
	w, err := newWebhook(cfg, receivertest.NewNopSettings(metadata.Type), next)
	require.NoError(t, err)
	require.NoError(t, w.Start(t.Context(), host))
	defer func() { require.NoError(t, w.Shutdown(context.Background())) }()
	s := &served{webhook: w, next: next, url: "http://" + w.addr.String() + cfg.Path}
	var answers []int
	require.Eventually(t, func() bool {
		status, _ := s.post(t, alertOf("a", "resolved", start))
		answers = append(answers, status)
		return status == http.StatusOK
	}, 5*time.Second, 10*time.Millisecond)
	assert.Equal(t, http.StatusServiceUnavailable, answers[0], "its sender is asked to come again")
	list := s.alerts(t)
	require.Len(t, list, 2)
	assert.Equal(t, []event.AlertStatus{event.AlertFiring, event.AlertResolved}, []event.AlertStatus{list[0].Status, list[1].Status})
}

func TestOldAndBrokenEntriesAreLeftOut(t *testing.T) {
	disk := newFakeStorage()
	host := fakeHost{storageID: disk}
	s := serve(t, withStorage, host)
	for k := range 3 {
		status, _ := s.post(t, alertOf("a"+strconv.Itoa(k), "firing", time.Now().Add(-time.Hour)))
		require.Equal(t, http.StatusOK, status)
	}
	s.stop(t)
	disk.values[slotKey(1)] = []byte("{")
	again := serve(t, withStorage, host)
	require.Eventually(t, func() bool { return len(again.next.records()) == 2 }, 5*time.Second, 10*time.Millisecond)
	again.stop(t)

	st := &store{client: disk}
	list, _, err := st.load(t.Context(), time.Now().Add(storedFor+time.Minute))
	require.NoError(t, err)
	assert.Empty(t, list, "too old")
	disk.values[keyHigh] = []byte("many")
	_, _, err = st.load(t.Context(), time.Now())
	assert.ErrorContains(t, err, "no number of slots")
	third := serve(t, withStorage, host)
	third.stop(t)
	assert.Empty(t, third.next.records(), "it begins anew")
}

func TestBrokenStorageIsSaidAndAlertsPass(t *testing.T) {
	disk := newFakeStorage()
	s := serve(t, withStorage, fakeHost{storageID: disk})
	disk.mu.Lock()
	disk.broken = true
	disk.mu.Unlock()
	status, _ := s.post(t, testdata(t, "alertmanager.json"))
	assert.Equal(t, http.StatusOK, status)
	metadatatest.AssertEqualReceiverAlertWebhookStorageFailures(t, s.tel, []metricdata.DataPoint[int64]{{Value: 1}},
		metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
}

func TestStorageThatIsNone(t *testing.T) {
	for name, tt := range map[string]struct {
		host fakeHost
		want string
	}{
		"missing": {fakeHost{}, "there is no extension \"file_storage\": add it"},
		"another": {fakeHost{storageID: &struct {
			component.StartFunc
			component.ShutdownFunc
		}{}}, "stores nothing"},
		"in use": {fakeHost{storageID: &fakeStorage{open: true}}, "open storage"},
	} {
		cfg := createDefaultConfig().(*Config)
		cfg.Server.NetAddr.Endpoint = "127.0.0.1:0"
		withStorage(cfg)
		w, err := newWebhook(cfg, receivertest.NewNopSettings(metadata.Type), &fakeNext{})
		require.NoError(t, err)
		assert.ErrorContains(t, w.Start(t.Context(), tt.host), tt.want, name)
		require.NoError(t, w.Shutdown(t.Context()))
	}
}
