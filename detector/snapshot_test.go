package detector

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// filled returns a store with all kinds of series after a minute of data.
func filled(t testing.TB) *Store {
	t.Helper()
	s := NewStore(Settings{MaxSeries: 1000, IdleTimeout: time.Hour, Seed: [2]uint64{1, 2}})
	m := NewDefaultEWMA()
	ms := Models{&m, &m, &m}
	h := s.Hasher()
	var out Results
	for sec := int64(1); sec <= 60; sec++ {
		now := sec * second
		res := s.Resource(h.Text("resource", 1), h.Text("service", 1), now)
		for i, kind := range []Kind{KindGauge, KindCounter, KindHistogram, KindSummary} {
			key := h.Number(uint64(i), 9)
			ref, ok := s.Find(key, kind, now)
			if !ok {
				ref, ok = s.Add(Origin{Key: key, Kind: kind, Family: key}, res, now)
				require.True(t, ok)
			}
			p := Point{Time: now, Start: second}
			n := uint64(sec) * 30
			switch kind {
			case KindGauge:
				s.Gauge(ref, &m, now, 5, 0, &out)
			case KindCounter:
				s.Counter(ref, &m, p, float64(n), &out)
			case KindHistogram:
				s.Histogram(ref, ms, p, &Hist{Count: n, Sum: float64(n) * 2, HasSum: true, Bounds: []float64{1, 5}, Counts: []uint64{0, n, 0}}, &out)
			case KindSummary:
				s.Summary(ref, ms, p, n, float64(n), []QuantileValue{{0.5, 3}, {0.9, 8}}, &out)
			}
			s.Group(res, &m, now+second)
		}
	}
	return s
}

func TestSnapshotIsTheWholeStore(t *testing.T) {
	s := filled(t)
	now := 61 * second
	chunks := s.Encode(now)
	back, err := Decode(Settings{MaxSeries: 1000, IdleTimeout: time.Hour}, chunks, now)
	require.NoError(t, err)
	assert.Equal(t, s.hasher, back.hasher, "the seed travels along")
	assert.Equal(t, chunks, back.Encode(now))
	assert.Equal(t, 9, back.Stats().Series) // 1 gauge, 1 rate, 3 of the histogram, 2 + 2 of the summary
	assert.Equal(t, s.Stats().Learning, back.Stats().Learning)
	assert.Zero(t, back.Stats().Learning)
}

func TestSnapshotIsTrustedWholeOrNotAtAll(t *testing.T) {
	set := Settings{MaxSeries: 1000, IdleTimeout: time.Hour}
	now := 61 * second
	chunks := filled(t).Encode(now)

	_, err := Decode(set, chunks, now+2*3600*second)
	require.ErrorIs(t, err, ErrSnapshotStale)
	_, err = Decode(set, nil, now)
	require.ErrorIs(t, err, ErrSnapshotBroken)
	_, err = Decode(set, append(chunks, chunks...), now)
	require.ErrorIs(t, err, ErrSnapshotBroken, "a chunk too many")
	for i := 0; i < len(chunks[0]); i += 7 {
		torn := append([]byte(nil), chunks[0]...)
		torn[i] ^= 0x10
		_, err = Decode(set, [][]byte{torn}, now)
		require.ErrorIs(t, err, ErrSnapshotBroken, "a flipped bit at %d", i)
		_, err = Decode(set, [][]byte{chunks[0][:i]}, now)
		require.ErrorIs(t, err, ErrSnapshotBroken, "cut at %d", i)
	}
}

func TestSnapshotOfALargerStoreFillsASmallerOne(t *testing.T) {
	now := 61 * second
	back, err := Decode(Settings{MaxSeries: 3, IdleTimeout: time.Hour}, filled(t).Encode(now), now)
	require.NoError(t, err)
	assert.LessOrEqual(t, back.Stats().Series, 3)
	assert.NotZero(t, back.Stats().Refused)
}

// FuzzRecords reads records behind the checksum, as a crafted file would have them.
func FuzzRecords(f *testing.F) {
	for _, c := range filled(f).Encode(61 * second) {
		f.Add(c[headSize : len(c)-4])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		s := NewStore(Settings{MaxSeries: 50, IdleTimeout: time.Hour})
		if s.records(&reader{buf: body}, 61*second) != nil {
			return
		}
		if s.Stats().Series > 50 {
			t.Fatal("more series than allowed")
		}
		s.Encode(62 * second)
		for range 100 {
			s.Expire(10*3600*second, 10)
		}
	})
}
