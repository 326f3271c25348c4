package recoveryexporter

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumererror"
)

var testBreaker = BreakerConfig{ErrorPercent: 50, MinRequests: 20, Window: 10 * time.Second, OpenFor: 5 * time.Second}

// at is a time in seconds after the start of a test.
func at(seconds float64) time.Time {
	return time.Unix(1_800_000_000, 0).Add(time.Duration(seconds * float64(time.Second)))
}

// ops is a number of requests with one result, at one time.
type ops struct {
	at     float64
	n      int
	result result
	passed int // how many the breaker let through
	after  breakerState
}

func TestBreaker(t *testing.T) {
	opened := ops{at: 0, n: 20, result: resultFailed, passed: 20, after: breakerOpen}
	for _, tt := range []struct {
		name   string
		script []ops
	}{
		{"opens at half of 20", []ops{
			{at: 0, n: 10, result: resultAnswered, passed: 10},
			{at: 1, n: 9, result: resultFailed, passed: 9},
			{at: 2, n: 1, result: resultFailed, passed: 1, after: breakerOpen},
		}},
		{"fewer than 20 say nothing", []ops{
			{at: 0, n: 19, result: resultFailed, passed: 19},
			{at: 10.5, n: 19, result: resultFailed, passed: 19},
		}},
		{"less than half stays closed", []ops{
			{at: 0, n: 11, result: resultAnswered, passed: 11},
			{at: 1, n: 9, result: resultFailed, passed: 9},
			{at: 1, n: 1, result: resultAnswered, passed: 1},
			{at: 2, n: 2, result: resultFailed, passed: 2},
			{at: 2, n: 1, result: resultFailed, passed: 1, after: breakerOpen}, // 12 of 24
		}},
		{"the window slides", []ops{
			{at: 0, n: 10, result: resultFailed, passed: 10},
			{at: 9.9, n: 9, result: resultAnswered, passed: 9},
			{at: 10.1, n: 1, result: resultFailed, passed: 1}, // the first ten are out: 1 of 10
			{at: 10.2, n: 10, result: resultAnswered, passed: 10},
		}},
		{"a pause longer than many windows forgets all", []ops{
			{at: 0, n: 19, result: resultFailed, passed: 19},
			{at: 1000, n: 1, result: resultFailed, passed: 1},
		}},
		{"what was given up says nothing", []ops{
			{at: 0, n: 100, result: resultNone, passed: 100},
		}},
		{"open lets nothing pass", []ops{
			opened,
			{at: 4.9, n: 5, result: resultAnswered, passed: 0, after: breakerOpen},
		}},
		{"a probe that is answered closes it, with an empty window", []ops{
			opened,
			{at: 5, n: 1, result: resultAnswered, passed: 1},
			{at: 5.1, n: 19, result: resultFailed, passed: 19},
			{at: 5.2, n: 1, result: resultFailed, passed: 1, after: breakerOpen},
		}},
		{"a probe that fails opens it again for as long", []ops{
			opened,
			{at: 6, n: 1, result: resultFailed, passed: 1, after: breakerOpen},
			{at: 10.9, n: 1, result: resultAnswered, passed: 0, after: breakerOpen},
			{at: 11, n: 1, result: resultAnswered, passed: 1},
		}},
		{"a probe that was given up makes room for the next", []ops{
			opened,
			{at: 5, n: 1, result: resultNone, passed: 1, after: breakerHalfOpen},
			{at: 5, n: 1, result: resultAnswered, passed: 1},
		}},
		{"a clock that goes back counts as one that stands still", []ops{
			{at: 100, n: 10, result: resultAnswered, passed: 10},
			{at: 50, n: 9, result: resultFailed, passed: 9},
			{at: 101, n: 1, result: resultFailed, passed: 1, after: breakerOpen},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := breaker{cfg: testBreaker}
			for k, o := range tt.script {
				passed := 0
				for range o.n {
					if p, _, ok := b.ask(at(o.at)); ok {
						passed++
						b.tell(p, o.result, at(o.at))
					}
					assert.False(t, b.probing && b.state != breakerHalfOpen)
				}
				require.Equal(t, o.passed, passed, "line %d", k)
				require.Equal(t, o.after, b.state, "line %d", k)
			}
		})
	}
}

func TestBreakerOneProbeAtOnce(t *testing.T) {
	b := breaker{cfg: testBreaker, state: breakerOpen, until: at(0)}
	probe, _, ok := b.ask(at(0))
	require.True(t, ok)
	_, wait, ok := b.ask(at(0))
	assert.False(t, ok)
	assert.Zero(t, wait, "it depends on the probe")
	b.tell(probe, resultAnswered, at(1))
	assert.Equal(t, breakerClosed, b.state)
}

func TestBreakerLateResultsSayNothing(t *testing.T) {
	b := breaker{cfg: testBreaker}
	early, _, _ := b.ask(at(0))
	for range 20 {
		p, _, _ := b.ask(at(0))
		b.tell(p, resultFailed, at(0))
	}
	require.Equal(t, breakerOpen, b.state)
	b.tell(early, resultAnswered, at(1))
	assert.Equal(t, breakerOpen, b.state)
	_, wait, ok := b.ask(at(1))
	assert.False(t, ok)
	assert.Equal(t, 4*time.Second, wait)
	_, _, ok = b.ask(at(5))
	require.True(t, ok)
	b.tell(early, resultFailed, at(5))
	assert.Equal(t, breakerHalfOpen, b.state, "the probe is still under way")
}

func TestResultOf(t *testing.T) {
	assert.Equal(t, resultAnswered, resultOf(nil))
	assert.Equal(t, resultAnswered, resultOf(consumererror.NewPermanent(errors.New("400"))))
	assert.Equal(t, resultNone, resultOf(fmt.Errorf("send: %w", context.Canceled)))
	assert.Equal(t, resultFailed, resultOf(context.DeadlineExceeded))
	assert.Equal(t, resultFailed, resultOf(errors.New("503")))
}

func TestBreakerStateNames(t *testing.T) {
	assert.Equal(t, "closed half_open open unknown", fmt.Sprintf("%s %s %s %s", breakerClosed, breakerHalfOpen, breakerOpen, breakerState(9)))
}
