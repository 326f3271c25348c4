package input

import (
	"fmt"
	"strings"

	"github.com/otelheal/otelheal/detector"
)

// named is how many rows are told by their line; the rest are counted.
const named = 5

// Problems counts the rows of a file that were skipped, and names the first.
type Problems struct {
	File  string
	First []string
	Bad   int // could not be read
	skips [detector.Skips]int
}

// Row takes a row that could not be read.
func (p *Problems) Row(r *Row) {
	p.Bad++
	text := Printable(string(r.TimeText), 30)
	if r.ValueText != nil {
		text += "," + Printable(string(r.ValueText), 30)
	}
	p.name(r.Line, fmt.Sprintf("%s: %q", r.Bad, text))
}

// Skip takes a row that could be read and not be judged; line 0 if it has none.
func (p *Problems) Skip(line int, why detector.Skip) {
	p.skips[why]++
	if words := skipWords[why]; words != "" && p.skips[why] == 1 && line > 0 {
		p.name(line, words)
	}
}

var skipWords = [detector.Skips]string{
	detector.SkipLate:      "time goes backwards",
	detector.SkipDuplicate: "the time of the row before",
	detector.SkipNotFinite: "the value is beyond all reason",
	detector.SkipNoValue:   "", // a gap is no fault
	detector.SkipTime:      "the time is before 1970",
}

func (p *Problems) name(line int, what string) {
	if len(p.First) < named {
		p.First = append(p.First, fmt.Sprintf("%s:%d: %s", Printable(p.File, 60), line, what))
	}
}

// Skipped is how many rows were not judged.
func (p *Problems) Skipped() int {
	n := p.Bad
	for _, k := range p.skips {
		n += k
	}
	return n
}

// Summary is one line on what was skipped; empty if nothing was.
func (p *Problems) Summary() string {
	var parts []string
	add := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	add(p.skips[detector.SkipNoValue], "without a value")
	add(p.Bad, "unreadable")
	add(p.skips[detector.SkipLate], "back in time")
	add(p.skips[detector.SkipDuplicate], "of the same time")
	add(p.skips[detector.SkipNotFinite], "not finite")
	add(p.skips[detector.SkipTime], "before 1970")
	if len(parts) == 0 {
		return ""
	}
	return "skipped: " + strings.Join(parts, ", ")
}
