package station

import (
	"context"
	"math/rand/v2"
	"time"
)

// visit is one request's way through the station.
type visit struct {
	station *Station
	extra   time.Duration // still to be taken
}

type visitKey struct{}

// Enter lets a request in; it waits before a shut door. The context it returns belongs to the request; Leave must follow.
// A brief visit takes the least of the time that the pace adds.
func (s *Station) Enter(ctx context.Context, brief bool) context.Context {
	door, pace := s.entrance()
	<-door
	s.active.Add(1)
	v := &visit{station: s, extra: pace.Least}
	if pace.Most > pace.Least && !brief {
		v.extra += rand.N(pace.Most - pace.Least)
	}
	return context.WithValue(ctx, visitKey{}, v)
}

// Leave ends a visit, before its answer is written.
func Leave(ctx context.Context) {
	v := visitOf(ctx)
	if v == nil {
		return
	}
	v.take(v.extra)
	v.station.active.Add(-1)
}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

// step takes a random share of the time that the visit still has to take.
func (v *visit) step() {
	if v == nil || v.extra <= 0 {
		return
	}
	v.take(rand.N(v.extra))
}

func (v *visit) take(d time.Duration) {
	if d <= 0 {
		return
	}
	v.extra -= d
	time.Sleep(d)
}
