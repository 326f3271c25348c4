package detector

// Model judges the samples of one series.
type Model interface {
	// Judge takes the next sample, and fills in a verdict, which is empty before. A
	// sample that is not newer than the last, or not finite, leaves the state as it
	// was.
	Judge(s *State, x Sample, v *Verdict)
	// Need is the weight of history that the state needs to be judged.
	Need(s *State) float64
}

// State is what a model keeps of a series. It is flat and without pointers, so
// that a million of them cost the garbage collector nothing.
//
// Invariants: Weight ≥ 0, Var ≥ 0; Mean and Var finite; Onset ≠ 0
// exactly in PhaseSuspect and PhaseOpen.
type State struct {
	Last     int64 // Unix nanoseconds of the newest sample; 0: none yet
	Mean     float64
	Var      float64
	Onset    int64   // Unix nanoseconds of the first breach of the present run
	Level    float64 // suspect: the sample held back; open: where the series is now
	Weight   float32 // decayed number of samples learnt
	Gap      float32 // typical interval in seconds
	Tail     float32 // largest single excursion lately, in deviations
	LevelDev float32 // open: mean absolute distance from Level
	Worst    float32 // open: the score of largest size since the onset
	Habit    float32 // decayed number of anomalies that returned by themselves
	Daily    uint32  // its Day in the store; 0: none, noDay: it has not earned one
	Run      int8    // suspect: breaches in a row, signed; open: samples inside in a row
	Phase    Phase
	Shape    Shape // open: what it looked like at last
	Past     Past
}

// Direction says which side of the band matters.
type Direction uint8

const (
	DirectionBoth Direction = iota
	DirectionUp
	DirectionDown
)

// concerns reports whether a deviation of this sign matters.
func (d Direction) concerns(diff float64) bool {
	switch d {
	case DirectionUp:
		return diff > 0
	case DirectionDown:
		return diff < 0
	}
	return true
}
