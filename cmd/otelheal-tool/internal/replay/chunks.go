package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/input"
)

const (
	maxPoints   = 11_000  // of one series in one answer, Prometheus' limit
	firstPoints = 100     // asked for at first, as nobody knows how many series there are
	wanted      = 400_000 // values of all series in one answer, about 10 MB
)

// span is a stretch of the past on the grid of the step: VictoriaMetrics moves
// what is not, to use its cache.
type span struct {
	from, to int64 // Unix nanoseconds, both included
	step     time.Duration
}

// newSpan ends at a moment, or right before it.
func newSpan(end int64, length, step time.Duration) span {
	to := end - end%int64(step)
	n := (int64(length) + int64(step) - 1) / int64(step)
	return span{from: to - (n-1)*int64(step), to: to, step: step}
}

func (s span) points() int { return int((s.to-s.from)/int64(s.step)) + 1 }

// count asks how many series there are at the end. What chance may cost is shared
// out over them, as the processor shares it out over those that live.
func (s span) count(ctx context.Context, c *client, queries []string) (requests, series int, err error) {
	for _, q := range queries {
		a, err := c.ask(ctx, q, s.to, s.to, s.step)
		requests++
		if err != nil {
			return requests, 0, fmt.Errorf("query %.80q: %w", q, err)
		}
		series += len(a.Series)
	}
	return requests, series, nil
}

// fetch asks for the span chunk by chunk and hands over each answer, in the order
// of time. A chunk has as many points as make an answer of a good size, and fewer
// when the server says that it was too much.
func (s span) fetch(ctx context.Context, c *client, query string, use func(*input.Answer) error) (requests int, err error) {
	points := firstPoints
	for from := s.from; from <= s.to; {
		n := min(points, maxPoints, int((s.to-from)/int64(s.step))+1)
		to := from + int64(n-1)*int64(s.step)
		a, err := c.ask(ctx, query, from, to, s.step)
		requests++
		switch {
		case errors.Is(err, errTooMuch) && n > 1 && ctx.Err() == nil:
			points = max(1, n/4)
			continue
		case err != nil:
			return requests, err
		}
		values := 0
		for k := range a.Series {
			values += len(a.Series[k].Points)
		}
		if err := use(a); err != nil {
			return requests, err
		}
		perPoint := max(1, (values+n-1)/n)
		points = max(1, min(4*n, wanted/perPoint)) // not more than four times: series may begin later
		from = to + int64(s.step)
	}
	return requests, nil
}
