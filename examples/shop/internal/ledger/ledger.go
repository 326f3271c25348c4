// Package ledger is the list of starts and clean ends that the processes of the shop write about themselves. Nobody else
// writes it, so it can be held against what anybody claims to have done to them.
package ledger

import (
	"encoding/json"
	"os"
	"time"
)

// Events of an entry.
const (
	EventStart = "start"
	EventEnd   = "end"
)

// Entry is one line.
type Entry struct {
	UnixMs   int64  `json:"t"`
	PID      int    `json:"pid"`
	Instance string `json:"instance"`
	Service  string `json:"service"`
	Version  string `json:"version"`
	Event    string `json:"event"`
}

// Append writes one entry about this process. A line is written by one call with O_APPEND, so lines of several processes
// never mix.
func Append(path string, e Entry) error {
	e.UnixMs, e.PID = time.Now().UnixMilli(), os.Getpid()
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := f.Write(append(line, '\n')); err != nil {
		_ = f.Close()
		return err
	}
	return f.Close()
}
