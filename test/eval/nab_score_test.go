package eval

import (
	"cmp"
	"math"
	"slices"
)

// nabSweep is all that the total of a profile depends on: what each file has
// without any detection, and what it gains or loses as the threshold falls.
type nabSweep struct {
	profile nabProfile
	windows []int     // by file, those that can be found
	without []float64 // by file
	steps   []nabStep // highest scores first
}

// nabStep is what one row adds to its file's sum once the threshold is at most its
// score. Files do not depend on each other, so that any draw of them is a walk
// over the same steps.
type nabStep struct {
	score, gain  float64
	file, window int // window -1: a false alarm
}

// newNABSweep scores a detector: scores has one for each row of each file.
func newNABSweep(p nabProfile, files []nabFile, scores [][]float64) *nabSweep {
	s := &nabSweep{profile: p, windows: make([]int, len(files)), without: make([]float64, len(files))}
	for k := range files {
		s.windows[k] = files[k].findable()
		s.without[k] = -p.missed * float64(s.windows[k])
		s.steps = append(s.steps, nabSteps(p, &files[k], k, scores[k])...)
	}
	slices.SortFunc(s.steps, func(a, b nabStep) int { return cmp.Compare(b.score, a.score) })
	return s
}

// nabSteps are those of one file. Of a window only the earliest detection counts,
// so that a later one is worth nothing more.
func nabSteps(p nabProfile, f *nabFile, file int, scores []float64) []nabStep {
	rows := make([]int, 0, len(scores))
	for row := f.probation(); row < len(scores); row++ {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	has := slices.Repeat([]float64{-p.missed}, len(f.windows))
	var steps []nabStep
	for _, row := range rows {
		worth, window := f.worth(row)
		gain := p.falseAlarm * worth
		if window >= 0 {
			gain = max(0, worth-has[window])
			has[window] += gain
		}
		if gain != 0 {
			steps = append(steps, nabStep{scores[row], gain, file, window})
		}
	}
	return steps
}

// nabScore is the outcome of one profile.
type nabScore struct {
	score     float64 // 0 without any detection, 100 if each window is found at its first row
	raw       float64 // the sum that it is made of
	threshold float64 // +Inf: nothing detected is best
}

// best takes the threshold, one for all files, with the highest total.
func (s *nabSweep) best() nabScore { return s.bestOf(s.each()) }

// bestOf is the same for a draw of the files, which may have one several times.
func (s *nabSweep) bestOf(drawn []int) nabScore {
	times := make([]float64, len(s.windows))
	total := 0.0
	for _, k := range drawn {
		times[k]++
		total += s.without[k]
	}
	top := nabScore{raw: total, threshold: math.Inf(1)}
	for k, x := range s.steps {
		total += times[x.file] * x.gain
		whole := k+1 == len(s.steps) || s.steps[k+1].score < x.score // equal scores cross together
		if whole && total > top.raw {
			top.raw, top.threshold = total, x.score
		}
	}
	top.score = s.normalised(drawn, top.raw)
	return top
}

// at is the score at a threshold that no label chose, the windows found with it,
// and the rows that are false alarms.
func (s *nabSweep) at(threshold float64) (score float64, found, falseAlarms int) {
	type window struct{ file, window int }
	seen := map[window]bool{}
	total := 0.0
	for _, x := range s.without {
		total += x
	}
	for _, x := range s.steps {
		switch {
		case x.score < threshold:
			continue
		case x.window < 0:
			falseAlarms++
		default:
			seen[window{x.file, x.window}] = true
		}
		total += x.gain
	}
	return s.normalised(s.each(), total), len(seen), falseAlarms
}

// each is the draw that has every file once.
func (s *nabSweep) each() []int {
	all := make([]int, len(s.windows))
	for k := range all {
		all[k] = k
	}
	return all
}

// normalised brings a sum to the scale from no detection to perfect ones.
func (s *nabSweep) normalised(drawn []int, raw float64) float64 {
	nothing, perfect := 0.0, 0.0
	for _, k := range drawn {
		nothing += s.without[k]
		perfect += float64(s.windows[k])
	}
	return 100 * (raw - nothing) / (perfect - nothing)
}

// interval is where 95 % of the scores lie over draws of the files, each with its
// own best threshold, as the score's definition has it.
func (s *nabSweep) interval() (low, high float64) {
	return interval(s.each(), func(drawn []int) float64 { return s.bestOf(drawn).score })
}
