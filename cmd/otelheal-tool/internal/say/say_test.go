package say

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestDuration(t *testing.T) {
	t.Parallel()
	for want, d := range map[string]time.Duration{
		"0s": 0, "250ms": 250 * time.Millisecond, "40s": 40 * time.Second, "2m": 2 * time.Minute, "2m5s": 125 * time.Second,
		"3h": 3 * time.Hour, "3h7m": 3*time.Hour + 7*time.Minute + time.Second, "9d1h": 217 * time.Hour, "-2m": -2 * time.Minute,
	} {
		assert.Equal(t, want, Duration(d))
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for want, x := range map[string]float64{"0": 0, "0.066": 0.066, "51.85": 51.846, "123457": 123456.7, "-12000": -12000, "1.235e+09": 1234567890, "1e-07": 1e-7} {
		assert.Equal(t, want, Number(x))
		assert.LessOrEqual(t, len(Number(x)), 10)
	}
	assert.Equal(t, "51.85 ± 3.1", Band(51.846, 3.14))
	assert.Equal(t, "16797 ± 23000", Band(16797, 22801))
	assert.Equal(t, "0 ± 2.3e+08", Band(0, 2.28e8))
	for want, c := range map[string]float64{"often": 0.7, "1 in 20": 0.05, "1 in 1k": 0.001, "1 in 12k": 1. / 12000, "1 in 1.5M": 1 / 1.5e6, "< 1 in 10^15": 0} {
		assert.Equal(t, want, Odds(c))
	}
	assert.Equal(t, "999", Count(999.4))
	assert.Equal(t, "1k", Count(1000))
	assert.Equal(t, "1M", Count(999_700))
	assert.Equal(t, "1 row", Plural(1, "row", "rows"))
	assert.Equal(t, "0 rows", Plural(0, "row", "rows"))
}

func TestText(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "größ…", Fit("größer!", 5))
	assert.Equal(t, "größer", Fit("größer", 6))
	assert.Equal(t, "a bb\n  ccc\n  dddddddd", Wrap("a bb  ccc dddddddd", 6, "  "))
	assert.Equal(t, "2014-02-14 14:30:00", Time(1392388200e9))
}
