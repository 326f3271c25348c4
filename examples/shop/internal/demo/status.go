package demo

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// status is the last line of a terminal, which shows what is under way. Where
// the output is no terminal there is none.
type status struct {
	w     io.Writer
	shown bool
}

func newStatus(w io.Writer) status {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return status{w: w}
		}
	}
	return status{w: io.Discard}
}

// show replaces the line by the first one of text.
func (s *status) show(text string) {
	line, _, _ := strings.Cut(text, "\n")
	fmt.Fprint(s.w, "\r\x1b[K", line)
	s.shown = true
}

// clear removes it, for something that stays.
func (s *status) clear() {
	if s.shown {
		fmt.Fprint(s.w, "\r\x1b[K")
		s.shown = false
	}
}
