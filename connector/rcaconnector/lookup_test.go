package rcaconnector

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/configoptional"

	"github.com/otelheal/otelheal/event"
)

// fakeStore answers after a while, or with an error, or when it is let.
type fakeStore struct {
	mu    sync.Mutex
	takes time.Duration
	err   error
	asked []time.Time
}

func (s *fakeStore) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	takes, err := s.takes, s.err
	s.asked = append(s.asked, time.Now())
	s.mu.Unlock()
	select {
	case <-time.After(takes):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	if err != nil {
		return nil, err
	}
	const answer = `{"data":{"resultType":"streams","result":[{"stream":{"service_name":"payment","level":"error"},"values":[["1","the ledger is locked"]]}]}}`
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

// breakPayment runs the connector with a store until an incident is told, and
// some seconds more.
func breakPayment(t *testing.T, s *fakeStore, seconds int) (r *rig, broke time.Time) {
	cfg := defaultConfig()
	lookup := newDefaultLookupConfig()
	lookup.Client.Endpoint = "http://loki:3100"
	cfg.LogsLookup = configoptional.Some(lookup)
	r = startRig(t, cfg)
	e := r.traces.(*rcaConnector).engine.Load()
	e.lookups.client.HTTP = &http.Client{Transport: s, Timeout: lookup.Client.Timeout}
	n := uint64(0)
	run := func(d time.Duration, answered bool) {
		for end := time.Now().Add(d); time.Now().Before(end); n++ {
			require.NoError(t, r.traces.ConsumeTraces(t.Context(), spanBatch(time.Now(), n, answered)))
			time.Sleep(50 * time.Millisecond)
		}
	}
	run(40*time.Second, true)
	require.Empty(t, r.sink.incidents())
	broke = time.Now()
	run(time.Duration(seconds)*time.Second, false)
	return r, broke
}

// tells are the incidents that show what the store has.
func tells(list []event.Incident) (with []event.Incident) {
	for _, i := range list {
		for _, x := range i.Evidence {
			if strings.Contains(x.Text, "the ledger is locked") {
				with = append(with, i)
				break
			}
		}
	}
	return with
}

// An incident is told as early with a slow store as with a quick one, and again
// with what the store had.
func TestNothingWaitsForTheStore(t *testing.T) {
	for name, takes := range map[string]time.Duration{"quick": time.Millisecond, "slow": 4 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &fakeStore{takes: takes}
				r, broke := breakPayment(t, s, 12)
				defer r.shutdown(t)
				got := r.sink.incidents()
				require.NotEmpty(t, got)
				assert.Less(t, got[0].UpdatedAt.Sub(broke), 3*time.Second)
				with := tells(got)
				require.NotEmpty(t, with)
				assert.Less(t, with[0].UpdatedAt.Sub(got[0].UpdatedAt), takes+time.Second, "told at once, not with the next interval")
				assert.Equal(t, got[0].Cause.Target, with[0].Cause.Target)
			})
		})
	}
}

// A dead store is asked a few times and left alone; one that comes back is asked again.
func TestDeadStoreIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStore{err: errors.New("connection refused")}
		r, _ := breakPayment(t, s, 25)
		defer r.shutdown(t)
		assert.NotEmpty(t, r.sink.incidents())
		assert.Empty(t, tells(r.sink.incidents()))
		s.mu.Lock()
		assert.Len(t, s.asked, 3, "then it rests")
		s.err = nil
		s.mu.Unlock()
		for n := uint64(1e6); n < 1e6+800; n++ {
			require.NoError(t, r.traces.ConsumeTraces(t.Context(), spanBatch(time.Now(), n, false)))
			time.Sleep(50 * time.Millisecond)
		}
		assert.NotEmpty(t, tells(r.sink.incidents()))
	})
}

// A query over its time limit is given up; one that is under way does not hold
// up the end.
func TestStoreThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStore{takes: time.Hour}
		r, _ := breakPayment(t, s, 8)
		s.mu.Lock()
		assert.Greater(t, len(s.asked), 1, "the next is asked after the limit of 5s")
		s.mu.Unlock()
		began := time.Now()
		r.shutdown(t)
		assert.Zero(t, time.Since(began))
	})
}

var _ http.RoundTripper = (*fakeStore)(nil)
