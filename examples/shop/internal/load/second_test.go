package load

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestSumUp(t *testing.T) {
	t.Parallel()
	s := sumUp(time.UnixMilli(5000), []result{
		{journey: "browse", took: 10 * time.Millisecond},
		{journey: "browse", failure: failureStatus, took: 30 * time.Millisecond},
		{journey: "view", took: 20 * time.Millisecond},
	})
	assert.Equal(t, Second{
		UnixMs: 5000, Sent: 3, OK: 2, P50: 20, P95: 30, Max: 30,
		Journeys: map[string]Count{"browse": {2, 1}, "view": {1, 1}},
		Failures: map[string]int{failureStatus: 1},
	}, s)
	assert.Equal(t, Second{UnixMs: 5000, Journeys: map[string]Count{}}, sumUp(time.UnixMilli(5000), nil))
}

func TestFailureOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		err    error
		status int
		right  bool
		took   time.Duration
		want   string
	}{
		{"right and soon", nil, 200, true, time.Millisecond, ""},
		{"right and late", nil, 200, true, 1001 * time.Millisecond, failureLate},
		{"a 200 with the wrong body", nil, 200, false, time.Millisecond, failureBody},
		{"an error", nil, 502, false, time.Millisecond, failureStatus},
		{"nobody there", errors.New("refused"), 0, false, time.Millisecond, failureRefused},
		{"no answer", context.DeadlineExceeded, 0, false, giveUp, failureLate},
	} {
		assert.Equal(t, c.want, failureOf(c.err, c.status, c.right, c.took), c.name)
	}
}

// A slice is settled when all is answered, or when what is open has waited for a second; later answers change nothing.
func TestSlice(t *testing.T) {
	t.Parallel()
	start := time.Now()
	s := newSlice(start)
	endOne, endOther := s.begin("browse"), s.begin("view")
	endOne("", time.Millisecond)
	assert.False(t, s.settled(start.Add(1500*time.Millisecond)))
	assert.True(t, s.settled(start.Add(2100*time.Millisecond)))
	line := s.close(start.Add(2100 * time.Millisecond))
	endOther("", 3*time.Second)
	assert.Equal(t, 1, line.OK)
	assert.Equal(t, map[string]int{failureLate: 1}, line.Failures)

	early := newSlice(start)
	early.begin("browse")("", time.Millisecond)
	assert.True(t, early.settled(start.Add(time.Second)))
}

// An empty cart that should hold something, or a page without articles, is not right.
func TestJourneysJudgeBodies(t *testing.T) {
	t.Parallel()
	who := customer{user: "u1", currency: "EUR", article: "a01"}
	for _, j := range journeys {
		assert.False(t, j.right(nil, who), j.name)
		assert.False(t, j.right([]byte(`{}`), who), j.name)
		assert.False(t, j.right([]byte(`{"currency":"EUR","user":"u1"}`), who), j.name)
	}
	var total float64
	for _, j := range journeys {
		total += j.share
	}
	assert.InDelta(t, 1, total, 1e-9)
}
