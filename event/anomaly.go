package event

import "time"

// Anomaly is one metric series outside what was expected of it.
type Anomaly struct {
	Entity    Entity     `json:"entity"`
	Metric    string     `json:"metric"`
	Aspect    string     `json:"aspect"` // value, rate, mean, p99 …
	Unit      string     `json:"unit,omitempty"`
	Score     float64    `json:"score"` // signed, in sigmas
	Observed  float64    `json:"observed"`
	Expected  float64    `json:"expected"`
	Deviation float64    `json:"deviation"` // one sigma, in Unit
	Onset     time.Time  `json:"onset"`
	At        time.Time  `json:"at"`
	TraceIDs  []string   `json:"trace_ids,omitempty"` // exemplars of the breaching point
	End       AnomalyEnd `json:"end,omitempty"`       // empty while it lasts
	Labels    []Label    `json:"labels,omitempty"`    // the series' own attributes, sorted by key
}

// Label is one attribute of a series.
type Label struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// AnomalyEnd says why an anomaly is over.
type AnomalyEnd string

const (
	AnomalyReturned AnomalyEnd = "returned" // back inside the band
	AnomalyAdopted  AnomalyEnd = "adopted"  // the new level held and is now expected
	AnomalyGone     AnomalyEnd = "gone"     // the series ended
)
