package witness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// film makes seconds from a string: + is good, ~ only just, - fails half, s is slow, . is idle.
func film(seconds string) Log {
	var l Log
	for i, c := range seconds {
		s := Second{T: int64(i) * 1000, Sent: 50, OK: 50, P95: 20}
		switch c {
		case '-':
			s.OK = 25
		case '~':
			s.OK = 48
		case 's':
			s.P95 = 900
		case '.':
			s.Sent, s.OK = 0, 0
		}
		l = append(l, s)
	}
	return l
}

func second(n int) time.Time { return time.UnixMilli(int64(n) * 1000) }

var limits = Limits{Ratio: 0.95, P95: 120}

func TestRestored(t *testing.T) {
	for _, tt := range []struct {
		name, film string
		from, want int // want -1: never
	}{
		{"never hurt", "++++++", 1, 1},
		{"after a failure", "++---++++", 2, 5},
		{"two good seconds are luck", "++-++-+++", 2, 6},
		{"slow is not well", "++sss+++", 2, 5},
		{"silence is not well", "++....", 2, -1},
		{"three times only just is not well", "++--~~~+++", 2, 6},
		{"not yet three", "++--++", 2, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			at, ok := limits.Restored(film(tt.film), second(tt.from))
			if assert.Equal(t, tt.want >= 0, ok) && ok {
				assert.Equal(t, second(tt.want), at)
			}
		})
	}
}

func TestFirstBad(t *testing.T) {
	l := film("++-+++-+")
	at, ok := limits.FirstBad(l, second(3), second(8))
	assert.True(t, ok)
	assert.Equal(t, second(6), at)
	_, ok = limits.FirstBad(l, second(3), second(6))
	assert.False(t, ok)
}

func TestLearn(t *testing.T) {
	l := film("++++s++++")
	assert.Equal(t, Limits{Ratio: 0.95, P95: 120}, Learn(l), "one slow second does not count")
}

func TestWell(t *testing.T) {
	assert.True(t, limits.Well(film("-+++"), 3))
	assert.False(t, limits.Well(film("-+++"), 4))
	assert.False(t, limits.Well(film("++"), 3))
}

func TestBetween(t *testing.T) {
	l := film("++++++")
	assert.Len(t, l.Between(second(2), second(5)), 3)
	assert.Empty(t, l.Between(second(9), second(12)))
	assert.Equal(t, []float64{1, 1}, l.Since(second(4)).Ratios())
}
