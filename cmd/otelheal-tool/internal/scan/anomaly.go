package scan

import (
	"math"
	"time"

	"github.com/otelheal/otelheal/detector"
)

// Anomaly is a stretch of a series that was not as expected.
type Anomaly struct {
	Onset   int64 // Unix nanoseconds of the first value of it
	Raised  int64 // when it was known
	End     int64 // of its last value so far
	Ended   detector.Change
	Shape   detector.Shape // the last it had
	shapes  uint32         // all it had, a bit each
	Channel detector.Channel
	Chance  float64 // the least of its values
	Peak    Row     // the row farthest from the expected
}

// Lasts tells whether it had not ended when the series did.
func (a *Anomaly) Lasts() bool { return a.Ended == detector.ChangeNone }

// Duration is how long it lasted, or has lasted.
func (a *Anomaly) Duration() time.Duration { return time.Duration(a.End - a.Onset) }

// Had tells whether the anomaly had a shape at some time: a drop that lasts
// becomes a new level.
func (a *Anomaly) Had(s detector.Shape) bool { return a.shapes&(1<<s) != 0 }

// What names the anomaly in a word: its shape, or its side while that is open.
func (a *Anomaly) What() string {
	switch {
	case a.Shape != detector.ShapeNone:
		return a.Shape.String()
	case a.Peak.Value < a.Peak.Verdict.Expected:
		return "below"
	}
	return "above"
}

// maxAnomalies bounds what is kept of one series; the first are, the others are
// counted.
const maxAnomalies = 10_000

// Anomalies notes the anomalies of a series, row by row.
type Anomalies struct {
	List []Anomaly
	More int // not in the list, which is full

	now  Anomaly // the one that lasts, or is suspected
	open bool
}

// Add takes the next row.
func (a *Anomalies) Add(r *Row) {
	v := &r.Verdict
	if v.Change == detector.ChangeOpened {
		a.now.Onset, a.now.Raised = v.Onset, r.Time
		if a.now.Onset == 0 {
			a.now.Onset = r.Time
		}
		a.open = true
	}
	if v.Phase == detector.PhaseSuspect || v.Phase == detector.PhaseOpen || a.open {
		a.note(r)
	}
	switch {
	case !a.open && v.Phase != detector.PhaseSuspect:
		a.now = Anomaly{}
	case a.open && (v.Change == detector.ChangeReturned || v.Change == detector.ChangeAdopted || v.Phase == detector.PhaseNormal || v.Phase == detector.PhaseLearning):
		a.now.Ended = v.Change
		if v.Change == detector.ChangeNone || v.Change == detector.ChangeOpened {
			a.now.Ended = detector.ChangeReturned
		}
		a.close()
	}
}

// Finish takes the end of the series.
func (a *Anomalies) Finish() {
	if a.open {
		a.close()
	}
}

// Len is how many there were.
func (a *Anomalies) Len() int { return len(a.List) + a.More }

func (a *Anomalies) note(r *Row) {
	n, v := &a.now, &r.Verdict
	first := n.Peak.Time == 0
	n.End = r.Time
	if v.Shape != detector.ShapeNone {
		n.Shape = v.Shape
		n.shapes |= 1 << v.Shape
	}
	if first || v.Chance < n.Chance {
		n.Chance = v.Chance
		if v.Channel != detector.ChannelNone {
			n.Channel = v.Channel
		}
	}
	if first || math.Abs(v.Score) > math.Abs(n.Peak.Verdict.Score) {
		n.Peak = *r
	}
}

func (a *Anomalies) close() {
	if len(a.List) < maxAnomalies {
		a.List = append(a.List, a.now)
	} else {
		a.More++
	}
	a.now, a.open = Anomaly{}, false
}
