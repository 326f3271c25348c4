package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/failpoint"
)

// TestKilledAtAnyMomentOfAHealing kills otelheal with SIGKILL 50 times while it
// heals: at every point around the journal and the effect, and at random
// moments. The victims' own ledger is the judge.
func TestKilledAtAnyMomentOfAHealing(t *testing.T) {
	w := openWard(t)
	watch := w.watchBystander()
	random := rand.New(rand.NewPCG(1, 1))
	for k := range 50 {
		point := ""
		if k < 10*len(failpoint.Points)/2 {
			// The first hits are those of the request, the next ones of the order.
			point = fmt.Sprintf("%s:%d", failpoint.Points[k%len(failpoint.Points)], 1+k/len(failpoint.Points)%3)
		}
		w.healThroughKill(point, time.Duration(random.IntN(1500))*time.Millisecond)
	}
	assert.Len(t, w.starts(bystander), 1, "the bystander was started once and never again")
	assert.Zero(t, watch(), "requests to the bystander that failed")
}

// healThroughKill harms the patient, kills otelheal at the point, or after the
// time if there is none, starts it again, and sees the healing through.
func (w *ward) healThroughKill(point string, after time.Duration) {
	t := w.t
	if point != "" {
		w.col.Kill()
		w.start(point)
		w.await("ready", func() bool { return w.unit(patient).Status == event.AgentHealthy })
	}
	before := w.starts(patient)
	r := w.harm()
	w.await("the action is taken, or otelheal died on it", func() bool { return w.send(r) || w.dead() })
	if point == "" {
		w.sendFor(r, after)
	} else {
		// A point that this healing does not reach that often never kills.
		w.sendUntil(r, func() bool { return w.dead() || w.state(r).Ended() })
	}
	w.col.Kill()
	w.start("")
	w.sendUntil(r, func() bool { return w.state(r).Ended() })

	state := w.state(r)
	switch state {
	case event.StateSucceeded, event.StateSuperseded:
	case event.StateUnknown:
		assert.Contains(t, w.why(r), "a person is needed", "unknown is never silent")
	default:
		assert.Fail(t, "no right end", "%s after kill at %q/%s:\n%s", state, point, after, w.why(r))
	}
	w.await("the patient is well", func() bool { return w.unit(patient).Status == event.AgentHealthy })
	require.Len(t, w.starts(patient), len(before)+1,
		"the hung incarnation was replaced once, kill at %q/%s:\n%s", point, after, w.why(r))
}

// TestReloadsInterruptNothing reloads the configuration 20 times in the midst
// of healings.
func TestReloadsInterruptNothing(t *testing.T) {
	w := openWard(t)
	watch := w.watchBystander()
	random := rand.New(rand.NewPCG(2, 2))
	for range 20 {
		before := w.starts(patient)
		r := w.harm()
		w.await("the action is taken", func() bool { return w.send(r) })
		w.sendFor(r, time.Duration(random.IntN(800))*time.Millisecond)
		w.col.Signal(syscall.SIGHUP)
		w.sendUntil(r, func() bool { return w.state(r).Ended() })
		assert.Contains(t, []event.State{event.StateSucceeded, event.StateSuperseded}, w.state(r), w.why(r))
		w.await("the patient is well", func() bool { return w.unit(patient).Status == event.AgentHealthy })
		require.Len(t, w.starts(patient), len(before)+1, w.why(r))
	}
	assert.Len(t, w.starts(bystander), 1)
	assert.Zero(t, watch(), "requests to the bystander that failed")
}

// sendFor reports on the patient until the time is over.
func (w *ward) sendFor(r *request, d time.Duration) {
	end := time.Now().Add(d)
	w.sendUntil(r, func() bool { return time.Now().After(end) })
}

// sendUntil reports on the patient until something is so.
func (w *ward) sendUntil(r *request, ok func() bool) {
	w.t.Helper()
	require.Eventually(w.t, func() bool { w.send(r); return ok() }, 40*time.Second, 50*time.Millisecond, "%s", w.why(r))
}

func (w *ward) dead() bool { return !w.col.Running() }

func (w *ward) why(r *request) string {
	res, err := http.Get(w.api + "/v1/actions/" + r.action.ID + "/why")
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	text := make([]byte, 8<<10)
	n, _ := res.Body.Read(text)
	return string(text[:n])
}

// watchBystander asks the bystander all the time and returns how often it did
// not answer.
func (w *ward) watchBystander() (failed func() int64) {
	ctx, cancel := context.WithCancel(w.t.Context())
	w.t.Cleanup(cancel)
	var count atomic.Int64
	url := "http://" + w.address(bystander) + "/work"
	client := &http.Client{Timeout: 5 * time.Second}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer client.CloseIdleConnections()
		beat := time.NewTicker(20 * time.Millisecond)
		defer beat.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-beat.C:
				res, err := client.Get(url)
				if err != nil {
					count.Add(1)
					continue
				}
				res.Body.Close()
			}
		}
	}()
	return func() int64 { cancel(); <-ended; return count.Load() }
}
