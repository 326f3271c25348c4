package plot

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/scan"
	"github.com/otelheal/otelheal/detector"
)

const minute = int64(60e9)

func filled(n int, at func(int) float64) *Columns {
	var c Columns
	for k := range n {
		c.Add(int64(k+1)*minute, at(k), 100, 10, 0.5, k > 20)
	}
	return &c
}

// TestColumnsLoseNoSpike: whatever the length, the extremes are drawn, in bounded
// memory.
func TestColumnsLoseNoSpike(t *testing.T) {
	t.Parallel()
	for _, n := range []int{3, 100, 2048, 10_000, 300_000} {
		c := filled(n, func(k int) float64 {
			switch k {
			case n / 2:
				return 900
			case n - 1:
				return -900
			}
			return 100
		})
		assert.LessOrEqual(t, len(c.list), maxColumns)
		low, high, values := math.Inf(1), math.Inf(-1), 0
		for _, x := range c.list {
			if x.n > 0 {
				low, high = min(low, x.low), max(high, x.high)
			}
			values += x.n
		}
		assert.Equal(t, n, values)
		assert.Equal(t, -900., low)
		assert.Equal(t, 900., high)
		if n >= 2048 {
			drawn := 0
			for _, x := range c.list {
				if x.n > 0 {
					drawn++
				}
			}
			assert.GreaterOrEqual(t, drawn, maxColumns/2)
		}
	}
}

func TestColumnsKeepTheOrderOfExtremes(t *testing.T) {
	t.Parallel()
	up := column{n: 1, low: 1, high: 1, lowFirst: true}
	up.merge(&column{n: 1, low: 9, high: 9})
	assert.True(t, up.lowFirst)
	up.merge(&column{n: 1, low: 0, high: 0})
	assert.False(t, up.lowFirst)
	up.merge(&column{n: 2, low: -1, high: 10, lowFirst: true})
	assert.True(t, up.lowFirst)
}

func TestTicks(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []float64{0, 20, 40, 60, 80, 100}, scale{-3, 103, 0, 1}.ticks(6))
	assert.False(t, math.Signbit(scale{-3, 103, 0, 1}.ticks(6)[0]), "no -0")
	for _, v := range []float64{0, 5, -1e9, 1e-300} { // a flat line
		s := room(v, v, 0, 100)
		assert.Less(t, s.from, s.to)
		assert.LessOrEqual(t, len(s.ticks(4)), 16)
	}
	for _, span := range []int64{1, 1e9, 3600e9, 86400e9, 90 * 86400e9, 200 * 365 * 86400e9} {
		at, _ := moments(1.7e18, 1.7e18+span, 8)
		assert.LessOrEqual(t, len(at), 32)
	}
}

func page(t *testing.T, p *Page) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, p.Write(&b))
	return b.String()
}

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}javascript:`

func TestPageEscapesWhatOthersWrote(t *testing.T) {
	t.Parallel()
	a := &scan.Anomalies{List: []scan.Anomaly{{
		Onset: 50 * minute, Raised: 51 * minute, End: 60 * minute, Chance: 1e-6, Shape: detector.ShapeSpike,
		Peak: scan.Row{Time: 52 * minute, Value: 400, Verdict: detector.Verdict{Expected: 100, Deviation: 3}},
	}}}
	text := page(t, &Page{Title: hostile, Notes: []string{hostile}, Charts: []Chart{{
		Title: hostile, Facts: []string{hostile}, Unit: hostile,
		Columns: filled(100, func(int) float64 { return 100 }), Threshold: 3, Limit: 4, Anomalies: a,
	}}})
	assert.NotContains(t, text, "<script")
	assert.NotContains(t, text, "<img")
	assert.Contains(t, text, "&lt;script&gt;")
	assert.Contains(t, text, "default-src &#39;none&#39;; style-src &#39;sha256-")
	assert.Regexp(t, `spike</td><td class="n">400</td><td>100 ± 9</td><td>1 in 1M`, text)
	assert.Contains(t, text, `href="#s1-1"`)
	assert.Contains(t, text, `id="s1-1"`)
	assert.NotRegexp(t, regexp.MustCompile(`(?i)(src|href|url)\s*[=(]\s*["']?(https?:)?//`), text, "nothing is fetched")
	assert.Contains(t, text, "<style>"+pageStyle+"</style>", "the style is what its hash allows")
}

func TestPageOfNothing(t *testing.T) {
	t.Parallel()
	text := page(t, &Page{Title: "x", Charts: []Chart{{Columns: &Columns{}, Anomalies: &scan.Anomalies{}, Threshold: 3, Limit: 4}}})
	assert.Contains(t, text, "no value to judge")
}

// TestLineBreaksAtAGap: what was not measured is not drawn.
func TestLineBreaksAtAGap(t *testing.T) {
	t.Parallel()
	var c Columns
	for k := range 200 {
		at := int64(k + 1)
		if k >= 100 {
			at += 500
		}
		c.Add(at*minute, float64(k), 0, 1, 0, true)
	}
	d := draw(Chart{Columns: &c, Anomalies: &scan.Anomalies{}, Threshold: 3, Limit: 4}, "s1")
	assert.Equal(t, 2, strings.Count(d.Value, "M"))
	assert.NotContains(t, d.Value+d.Band+d.Expected+d.Scores, "NaN")
}

func TestExtremesAreDrawn(t *testing.T) {
	t.Parallel()
	for _, v := range []float64{0, 1e150, -1e150, 1e-300} {
		c := filled(50, func(k int) float64 { return v * float64(k) / 50 })
		d := draw(Chart{Columns: c, Anomalies: &scan.Anomalies{}, Threshold: 3, Limit: 4}, "s1")
		for _, p := range []string{d.Value, d.Band, d.Expected, d.Scores} {
			assert.NotContains(t, p, "NaN")
			assert.NotContains(t, p, "Inf")
		}
	}
}

func BenchmarkColumns(b *testing.B) {
	b.ReportAllocs()
	var c Columns
	t := int64(0)
	for b.Loop() {
		t += minute
		c.Add(t, float64(t%977), 100, 10, 1, true)
	}
}
