package anomalyprocessor

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/processor"
	"go.opentelemetry.io/collector/processor/processortest"

	"github.com/otelheal/otelheal/detector"
	"github.com/otelheal/otelheal/processor/anomalyprocessor/internal/metadata"
)

// fakeStorage keeps values in memory and, as file_storage does, has one client
// for an id at a time.
type fakeStorage struct {
	component.StartFunc
	component.ShutdownFunc
	mu     sync.Mutex
	open   bool
	values map[string][]byte
	broken bool
}

func (f *fakeStorage) GetExtensions() map[component.ID]component.Component {
	return map[component.ID]component.Component{storageID: f}
}

func (f *fakeStorage) GetClient(context.Context, component.Kind, component.ID, string) (storage.Client, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open {
		return nil, errors.New("a second client for the same id")
	}
	f.open = true
	return f, nil
}

func (f *fakeStorage) Get(_ context.Context, k string) ([]byte, error) { return f.values[k], nil }
func (f *fakeStorage) Set(_ context.Context, k string, v []byte) error {
	if f.broken {
		return errors.New("disk full")
	}
	f.values[k] = append([]byte(nil), v...)
	return nil
}
func (f *fakeStorage) Delete(_ context.Context, k string) error { delete(f.values, k); return nil }
func (f *fakeStorage) Batch(context.Context, ...*storage.Operation) error {
	return errors.New("not used")
}

func (f *fakeStorage) Close(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = false
	return nil
}

var storageID = component.MustNewID("file_storage")

func stored(t *testing.T, f processor.Factory, cfg *Config) *anomalyProcessor {
	t.Helper()
	p, err := f.CreateMetrics(context.Background(), processortest.NewNopSettings(metadata.Type), cfg, consumertest.NewNop())
	require.NoError(t, err)
	return p.(*anomalyProcessor)
}

func storedConfig() *Config {
	cfg := createDefaultConfig().(*Config)
	cfg.Storage = &storageID
	return cfg
}

// feedGauge passes n seconds of a gauge up to now.
func feedGauge(t *testing.T, p *anomalyProcessor, n int) {
	t.Helper()
	for i := range n {
		md := pmetric.NewMetrics()
		sm := md.ResourceMetrics().AppendEmpty().ScopeMetrics().AppendEmpty()
		at := time.Now().Add(time.Duration(i-n) * time.Second)
		gauge(sm.Metrics(), "g", pcommon.NewTimestampFromTime(at), 10)
		require.NoError(t, p.ConsumeMetrics(context.Background(), md))
	}
}

func (e *engine) stats() detector.Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.store.Stats()
}

func TestTwoPipelinesShareEngineAndStorage(t *testing.T) {
	ctx := context.Background()
	host := &fakeStorage{values: map[string][]byte{}}
	f, cfg := NewFactory(), storedConfig()
	a, b := stored(t, f, cfg), stored(t, f, cfg)
	require.NoError(t, a.Start(ctx, host))
	require.NoError(t, b.Start(ctx, host))
	require.Same(t, a.engine, b.engine)
	feedGauge(t, a, 60)
	require.NoError(t, a.Shutdown(ctx))
	require.NoError(t, a.Shutdown(ctx), "twice is once")
	assert.True(t, host.open, "the other pipeline still works")
	feedGauge(t, b, 1)
	require.NoError(t, b.Shutdown(ctx))
	assert.False(t, host.open)

	// A new life knows the series, and starts with nothing to learn.
	next := stored(t, NewFactory(), storedConfig())
	require.NoError(t, next.Start(ctx, host))
	stats := next.engine.stats()
	assert.Equal(t, 1, stats.Series)
	assert.Zero(t, stats.Learning)
	feedGauge(t, next, 3)
	assert.Equal(t, 1, next.engine.stats().Series, "the seed came back with the snapshot")
	require.NoError(t, next.Shutdown(ctx))
}

func TestBrokenSnapshotIsLearntAnew(t *testing.T) {
	ctx := context.Background()
	damages := map[string]func(f *fakeStorage){
		"manifest is no JSON":   func(f *fakeStorage) { f.values[manifestKey] = []byte("{") },
		"manifest out of range": func(f *fakeStorage) { f.values[manifestKey] = []byte(`{"generation":7,"chunks":[1,1]}`) },
		"chunk is missing":      func(f *fakeStorage) { delete(f.values, chunkKey(1, 0)) },
		"chunk is torn":         func(f *fakeStorage) { c := f.values[chunkKey(1, 0)]; f.values[chunkKey(1, 0)] = c[:len(c)/2] },
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			host := &fakeStorage{values: map[string][]byte{}}
			p := stored(t, NewFactory(), storedConfig())
			require.NoError(t, p.Start(ctx, host))
			feedGauge(t, p, 60)
			require.NoError(t, p.Shutdown(ctx))
			require.Contains(t, host.values, chunkKey(1, 0))
			damage(host)
			p = stored(t, NewFactory(), storedConfig())
			require.NoError(t, p.Start(ctx, host))
			assert.Zero(t, p.engine.stats().Series)
			require.NoError(t, p.Shutdown(ctx))
		})
	}
}

func TestStopWhileWritingLeavesTheOlderSnapshot(t *testing.T) {
	ctx := context.Background()
	host := &fakeStorage{values: map[string][]byte{}}
	p := stored(t, NewFactory(), storedConfig())
	require.NoError(t, p.Start(ctx, host))
	feedGauge(t, p, 60)
	p.engine.save(ctx) // the goroutine's own turn is a minute away
	before := string(host.values[manifestKey])
	// The next generation's chunk is written, its manifest is not.
	require.NoError(t, host.Set(ctx, chunkKey(0, 0), []byte("half")))
	host.broken = true
	require.NoError(t, p.Shutdown(ctx), "a full disk stops nothing")
	host.broken = false
	assert.Equal(t, before, string(host.values[manifestKey]))
	p = stored(t, NewFactory(), storedConfig())
	require.NoError(t, p.Start(ctx, host))
	assert.Equal(t, 1, p.engine.stats().Series)
	require.NoError(t, p.Shutdown(ctx))
}

func TestMissingStorageIsNamed(t *testing.T) {
	p := stored(t, NewFactory(), storedConfig())
	err := p.Start(context.Background(), componenttest.NewNopHost())
	require.ErrorContains(t, err, `"file_storage"`)
	require.ErrorContains(t, err, "service::extensions")
	require.NoError(t, p.Shutdown(context.Background()))
}
