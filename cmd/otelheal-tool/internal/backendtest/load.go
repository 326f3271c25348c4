package backendtest

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// burst is how many messages come at once: more than a calm backend sees, fewer
// than a storm brings.
const burst = 32

// retryFor is how long a message is worth retrying: an action lives for about
// 30 s, see healing.DefaultExpires.
const retryFor = 20 * time.Second

// loadChecks are about how a backend says "not now".
func loadChecks() []check {
	return []check{{
		name: "burst",
		expect: fmt.Sprintf("of %d messages at once each is answered in time: 2xx, or 503, 429 or 408, with a Retry-After of seconds or a date if with any; "+
			"those are taken when they come again", burst),
		why: "4xx makes the exporter give up what could be taken a second later; no answer in time costs the action its seconds",
		run: underBurst,
	}}
}

func underBurst(ctx context.Context, t *tester) finding {
	faults := make([]string, burst)
	busy := make([]bool, burst)
	var all sync.WaitGroup
	for k := range burst {
		all.Go(func() {
			m := t.message(t.dryRun(fmt.Sprintf("burst-%d", k)))
			faults[k], busy[k] = t.persist(ctx, m)
		})
	}
	all.Wait()
	asked := 0
	for k := range burst {
		if faults[k] != "" {
			return fail("%s", faults[k])
		}
		if busy[k] {
			asked++
		}
	}
	return pass("all were taken, %d of them after being asked to wait", asked)
}

// persist sends a message until it is taken, as the exporter does. It returns
// what was wrong, and whether it was asked to wait.
func (t *tester) persist(ctx context.Context, m message) (fault string, busy bool) {
	wait := 200 * time.Millisecond
	for end := time.Now().Add(retryFor); ; {
		r := t.post(ctx, m)
		switch {
		case known(r):
			return "", busy
		case r.err != nil:
			return "no answer: " + r.err.Error(), busy
		case !r.again() || r.code == http.StatusInternalServerError:
			return r.String(), busy
		}
		busy = true
		d, ok := retryAfter(r.header.Get("Retry-After"))
		if !ok {
			return fmt.Sprintf("%s with a Retry-After that is neither seconds nor a date", r), busy
		}
		if time.Now().Add(max(d, wait)).After(end) {
			return fmt.Sprintf("still %s after %s", r, retryFor), busy
		}
		pause(ctx, max(d, wait))
		wait = min(2*wait, 5*time.Second)
	}
}

// retryAfter reads the header; it need not be there.
func retryAfter(value string) (time.Duration, bool) {
	if value == "" {
		return 0, true
	}
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(value)
	return time.Until(at), err == nil
}
