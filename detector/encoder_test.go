package detector

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTheStreamGoesOnWhileASnapshotIsWritten lets series come, be judged and go
// between the steps of an encoder. What was there all the time is in the
// snapshot, and nothing in it is broken.
func TestTheStreamGoesOnWhileASnapshotIsWritten(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := NewStore(Settings{MaxSeries: 10_000, IdleTimeout: time.Minute, Seed: [2]uint64{1, 2}})
		m := NewDefaultEWMA()
		var out Results
		now := int64(0)
		feed := func(i uint64) {
			res := s.Resource(Key{A: 1 + i%7, B: 1}, Key{A: 1, B: 2}, now)
			key := Key{A: 1 + i, B: 5}
			ref, ok := s.Find(key, KindGauge, now)
			if !ok {
				ref, ok = s.Add(Origin{Key: key, Kind: KindGauge, Family: key}, res, now)
				require.True(t, ok)
			}
			s.Gauge(ref, &m, now, r.NormFloat64(), 0, &out)
		}
		const stable = 300
		tick := func() {
			now += second
			for i := range uint64(stable) {
				feed(i)
			}
			for range 20 { // that come and go
				feed(stable + r.Uint64N(2000))
			}
			s.Expire(now, 500)
		}
		for range 100 {
			tick()
		}
		e := s.NewEncoder(now)
		for e.Step(1 + r.IntN(200)) {
			tick()
		}
		back, err := Decode(Settings{MaxSeries: 10_000, IdleTimeout: time.Minute}, e.Chunks(), now)
		require.NoError(t, err)
		for i := range uint64(stable) {
			_, ok := back.Find(Key{A: 1 + i, B: 5}, KindGauge, now)
			assert.True(t, ok, "series %d", i)
		}
	}
}
