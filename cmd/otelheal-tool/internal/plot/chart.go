package plot

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/say"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/scan"
)

// The chart in pixels of its own; the page scales it.
const (
	width   = 1120.0
	left    = 70.0
	right   = 1110.0
	top     = 16.0
	bottom  = 300.0
	lower   = 322.0 // of the scores
	lowest  = 402.0
	height  = 430.0
	maxMark = 1000 // anomalies drawn; the others are in the table's count
)

// Chart is a series with what was found in it.
type Chart struct {
	Title     string
	Facts     []string
	Unit      string // of the values drawn
	Columns   *Columns
	Threshold float64 // deviations from the expected value to the band's edge
	Limit     float64 // the score that makes a breach
	Anomalies *scan.Anomalies
}

// drawing is the chart as the template takes it.
type drawing struct {
	Chart
	ID                       string
	Value, Expected, Band    string // paths
	Scores                   string
	X, Y, S                  []tick
	Marks                    []mark
	Width, Height            float64
	Left, Right, Top, Bottom float64
	Lower, Lowest            float64
	Limits                   []float64
	More                     int
	Empty                    bool
}

type tick struct {
	At   float64
	Text string
}

// mark is an anomaly.
type mark struct {
	ID, Number      string
	X, W, H         float64
	Label           bool
	When, For, What string
	Seen, Value     string
	Expected, Odds  string
	Channel, Ended  string
	Title           string
}

func draw(c Chart, id string) *drawing {
	d := &drawing{
		Chart: c, ID: id, Width: width, Height: height,
		Left: left, Right: right, Top: top, Bottom: bottom, Lower: lower, Lowest: lowest,
	}
	cols := c.Columns
	if cols.values == 0 {
		d.Empty = true
		return d
	}
	low, high := math.Inf(1), math.Inf(-1)
	for k := range cols.list {
		if x := &cols.list[k]; x.n > 0 {
			low, high = min(low, x.low), max(high, x.high)
		}
	}
	y := room(low, high, bottom, top-bottom)
	x := scale{float64(cols.first), float64(max(cols.last, cols.first+1)), left, right - left}
	d.line(x, y)
	d.band(x, y)
	d.score(x)
	for _, v := range y.ticks(4) {
		d.Y = append(d.Y, tick{y.px(v), say.Number(v)})
	}
	at, layout := moments(cols.first, cols.last, 8)
	for _, t := range at {
		if px := x.px(float64(t)); px < right-75 {
			d.X = append(d.X, tick{px, time.Unix(0, t).UTC().Format(layout)})
		}
	}
	d.marks(x)
	return d
}

// path builds an SVG path; a tenth of a pixel is enough.
type path struct{ b strings.Builder }

func (p *path) to(op byte, x, y float64) {
	p.b.WriteByte(op)
	p.b.WriteString(strconv.FormatFloat(x, 'f', 1, 64))
	p.b.WriteByte(' ')
	p.b.WriteString(strconv.FormatFloat(y, 'f', 1, 64))
}

// line draws the values, each column from its lowest to its highest in the order
// they came; a gap stays a gap.
func (d *drawing) line(x, y scale) {
	var p path
	gap := max(6*d.Columns.interval(), 4*d.Columns.width)
	last := int64(math.MinInt64)
	for k := range d.Columns.list {
		c := &d.Columns.list[k]
		if c.n == 0 {
			continue
		}
		op := byte('L')
		if last == math.MinInt64 || c.at-last > gap {
			op = 'M'
		}
		px := x.px(float64(c.at))
		a, b := c.low, c.high
		if !c.lowFirst {
			a, b = b, a
		}
		p.to(op, px, y.px(a))
		if a != b || op == 'M' { // a lone value becomes a dot
			p.to('L', px, y.px(b))
		}
		last = c.at
	}
	d.Value = p.b.String()
}

// band draws what was expected, and around it what was still normal.
func (d *drawing) band(x, y scale) {
	var area, middle path
	var under []tick // of the stretch so far, to draw it back
	flush := func() {
		for k := len(under) - 1; k >= 0; k-- {
			v, _ := strconv.ParseFloat(under[k].Text, 64)
			area.to('L', under[k].At, v)
		}
		if under != nil {
			area.b.WriteByte('Z')
		}
		under = nil
	}
	for k := range d.Columns.list {
		c := &d.Columns.list[k]
		switch {
		case c.n == 0:
			continue
		case c.judged == 0:
			flush()
			continue
		}
		op := byte('L')
		if under == nil {
			op = 'M'
		}
		px, n := x.px(float64(c.at)), float64(c.judged)
		e, w := c.expected/n, c.spread/n
		area.to(op, px, y.px(e+w))
		middle.to(op, px, y.px(e))
		under = append(under, tick{px, strconv.FormatFloat(y.px(e-w), 'f', 1, 64)})
	}
	flush()
	d.Band, d.Expected = area.b.String(), middle.b.String()
}

// score draws how strange values were, cut at twice the limit.
func (d *drawing) score(x scale) {
	most := 2 * d.Limit
	s := scale{-most, most, lowest, lower - lowest}
	var p path
	for k := range d.Columns.list {
		if c := &d.Columns.list[k]; c.n > 0 && c.score != 0 {
			px := x.px(float64(c.at))
			p.to('M', px, s.px(0))
			p.to('L', px, s.px(c.score))
		}
	}
	d.Scores = p.b.String()
	d.Limits = []float64{s.px(d.Limit), s.px(-d.Limit)}
	for _, v := range []float64{-d.Limit, 0, d.Limit} {
		d.S = append(d.S, tick{s.px(v), strconv.FormatFloat(v, 'g', 2, 64)})
	}
}

func (d *drawing) marks(x scale) {
	labelled := math.Inf(-1)
	for k := range d.Anomalies.List {
		if k == maxMark {
			break
		}
		a := &d.Anomalies.List[k]
		v := &a.Peak.Verdict
		m := mark{
			ID: d.ID + "-" + strconv.Itoa(k+1), Number: strconv.Itoa(k + 1), H: lowest - top,
			When: say.Time(a.Onset), For: say.Duration(a.Duration()), What: a.What(),
			Seen:  say.Duration(time.Duration(a.Raised - a.Onset)),
			Value: say.Number(a.Peak.Value), Expected: say.Band(v.Expected, d.Threshold*v.Deviation),
			Odds: say.Odds(a.Chance), Channel: a.Channel.String(), Ended: a.Ended.String(),
		}
		if a.Lasts() {
			m.Ended = "lasts"
		}
		from, to := x.px(float64(a.Onset)), x.px(float64(a.End))
		m.X, m.W = from, max(3, to-from)
		if m.Label = from-labelled > 16; m.Label {
			labelled = from
		}
		m.Title = "#" + m.Number + " " + m.What + ", " + m.When + " for " + m.For + ": " + m.Value + ", expected " + m.Expected + "; by chance " + m.Odds
		d.Marks = append(d.Marks, m)
	}
	d.More = d.Anomalies.Len() - len(d.Marks)
}
