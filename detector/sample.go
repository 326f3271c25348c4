package detector

// Sample is one value of a series.
type Sample struct {
	Time  int64 // Unix nanoseconds
	Value float64
	// Quantum is what one event adds to Value where the value is a count or a
	// rate of events; 0 otherwise. Counts scatter at least as chance does.
	Quantum float64
	// Spread widens the deviation for a sample made of fewer observations than
	// usual; at least 1, and 0 means 1.
	Spread float64
	Day    *Day // of the series; nil if it has none
}

// Phase is the state of a series.
type Phase uint8

const (
	PhaseLearning Phase = iota // too little history to judge
	PhaseNormal                // inside the band
	PhaseSuspect               // outside, not often enough in a row
	PhaseOpen                  // an anomaly lasts
)

func (p Phase) String() string {
	switch p {
	case PhaseLearning:
		return "learning"
	case PhaseNormal:
		return "normal"
	case PhaseSuspect:
		return "suspect"
	case PhaseOpen:
		return "open"
	}
	return "unknown"
}

// Change is what a sample did to the anomaly of its series.
type Change uint8

const (
	ChangeNone     Change = iota
	ChangeOpened          // an anomaly began
	ChangeReturned        // back inside the band
	ChangeAdopted         // the new level held and is now expected
)

func (c Change) String() string {
	switch c {
	case ChangeNone:
		return "none"
	case ChangeOpened:
		return "opened"
	case ChangeReturned:
		return "returned"
	case ChangeAdopted:
		return "adopted"
	}
	return "unknown"
}

// Skip is the reason why a point gave no sample.
type Skip uint8

const (
	SkipNone       Skip = iota
	SkipFirst           // a counter's first point: no rate yet
	SkipLate            // not newer than what was seen
	SkipDuplicate       // the same point again
	SkipConflict        // another value for the same moment: two writers
	SkipTwoWriters      // two processes write one cumulative series
	SkipNotFinite       // NaN, Inf or beyond all reason
	SkipNoValue         // a gap: nothing was observed
	SkipTime            // a stamp of zero or from the future
	SkipType            // the series changed its type
	SkipFull            // the store holds all it may
	skips               // their number
)

var skipNames = [skips]string{
	"none", "first", "late", "duplicate", "conflict", "two_writers", "not_finite", "no_value", "time", "type", "full",
}

func (s Skip) String() string {
	if s < skips {
		return skipNames[s]
	}
	return "unknown"
}

// Skips is the number of reasons, for tables over them.
const Skips = int(skips)

// Verdict is what a model says about one sample.
type Verdict struct {
	Skip      Skip
	Phase     Phase
	Change    Change
	Channel   Channel // what was strange
	Shape     Shape   // of the anomaly, as far as it is known yet
	Score     float64 // signed; the normal quantile that Chance would have
	Chance    float64 // that a healthy series shows something so strange, per value; 1 while learning
	Observed  float64
	Expected  float64
	Deviation float64
	Onset     int64 // Unix nanoseconds; of the anomaly that lasts or just ended
}
