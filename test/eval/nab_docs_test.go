package eval

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const (
	nabBegin = "<!-- The benchmark's table begins here: OTELHEAL_EVAL_WRITE=1 make eval writes it. -->\n"
	nabEnd   = "<!-- The benchmark's table ends here. -->\n"
)

// TestNABTable holds that docs/eval.md tells what is measured today. With
// OTELHEAL_EVAL_WRITE it writes the table instead.
func TestNABTable(t *testing.T) {
	if !wholeEval() {
		t.Skip("asked for by make eval, or OTELHEAL_EVAL_DETECTOR=1")
	}
	files := readNAB(t)
	var b strings.Builder
	nabTable(&b, files, publishedScores(windowedGaussian(t, files)))
	holdsPage(t, "eval.md", nabBegin, nabEnd, b.String())
}

// nabTable is the detector's scores and those of others on the same files.
func nabTable(b *strings.Builder, files []nabFile, gauss [][]float64) {
	windows, outside := nabExtent(files)
	fmt.Fprintf(b, "\n%d files, %d windows, %d rows outside of them after the probation; score [95 %% over draws of the files], each at the threshold that is best for it; windows found and rows that are false alarms with the standard profile.\n\n| |", len(files), windows, outside)
	for _, p := range nabProfiles {
		fmt.Fprintf(b, " %s |", p.name)
	}
	b.WriteString(" windows found | false alarms |\n| --- | --- | --- | --- | --- | --- |\n")
	own := nabOurs().rate(files)
	nabLine(b, nabOurs().name, files, own)
	nabLine(b, nabOpened().name, files, nabOpened().rate(files))
	nabLine(b, nabEWMA().name, files, nabEWMA().rate(files))
	nabLine(b, "windowed Gaussian, as published", files, gauss)
	nabRandomLine(b, files)
	b.WriteString("\notelheal at a chance that was not chosen by the labels, standard profile:\n\n| chance | score | windows found | false alarms | of them in the first 2000 rows |\n| --- | --- | --- | --- | --- |\n")
	s := newNABSweep(nabProfiles[0], files, own)
	for _, chance := range []float64{1e-3, 1e-4, 1e-5} {
		score, found, falseAlarms := s.at(1 - chance)
		fmt.Fprintf(b, "| %.0e | %.1f | %d | %d | %d |\n", chance, score, found, falseAlarms, nabYoung(files, own, 1-chance))
	}
	b.WriteByte('\n')
}

func nabLine(b *strings.Builder, name string, files []nabFile, scores [][]float64) {
	fmt.Fprintf(b, "| %s |", name)
	for _, p := range nabProfiles {
		s := newNABSweep(p, files, scores)
		low, high := s.interval()
		fmt.Fprintf(b, " %.2f [%.0f, %.0f] |", s.best().score, low, high)
	}
	s := newNABSweep(nabProfiles[0], files, scores)
	_, found, falseAlarms := s.at(s.best().threshold)
	fmt.Fprintf(b, " %d | %d |\n", found, falseAlarms)
}

// nabRandomLine is what luck gives: the mean score, and the least and the most.
func nabRandomLine(b *strings.Builder, files []nabFile) {
	const draws = 20
	scores := make([][]float64, len(nabProfiles))
	for seed := range uint64(draws) {
		rated := nabRandom(seed).rate(files)
		for k, p := range nabProfiles {
			scores[k] = append(scores[k], newNABSweep(p, files, rated).best().score)
		}
	}
	fmt.Fprintf(b, "| random scores, mean of %d draws (least, most) |", draws)
	for _, of := range scores {
		sum := 0.0
		for _, x := range of {
			sum += x
		}
		fmt.Fprintf(b, " %.2f (%.0f, %.0f) |", sum/draws, slices.Min(of), slices.Max(of))
	}
	b.WriteString(" | |\n")
}

// nabYoung counts the false alarms of series that their own past does not judge yet.
func nabYoung(files []nabFile, scores [][]float64, threshold float64) (n int) {
	const seasoned = 2000
	for k := range files {
		for row := files[k].probation(); row < min(seasoned, files[k].rows()); row++ {
			if _, window := files[k].worth(row); window < 0 && scores[k][row] >= threshold {
				n++
			}
		}
	}
	return n
}
