// Package ledger reads what the processes of the shop wrote down about their
// own beginning and end. otelheal never writes there.
package ledger

import "time"

// Entry is one line of the ledger.
type Entry struct {
	T        int64  `json:"t"` // unix milliseconds
	PID      int    `json:"pid"`
	Instance string `json:"instance"`
	Service  string `json:"service"`
	Version  string `json:"version"`
	Event    string `json:"event"` // start or end
}

// At is when it happened.
func (e Entry) At() time.Time { return time.UnixMilli(e.T) }

// Log is the ledger so far, in order.
type Log []Entry

// Starts returns the starts after from.
func (l Log) Starts(from time.Time) []Entry {
	var starts []Entry
	for _, e := range l {
		if e.Event == "start" && e.At().After(from) {
			starts = append(starts, e)
		}
	}
	return starts
}

// Incarnation returns the last start of the instance that is not after t.
func (l Log) Incarnation(instance string, t time.Time) (Entry, bool) {
	for i := len(l) - 1; i >= 0; i-- {
		if e := l[i]; e.Instance == instance && e.Event == "start" && !e.At().After(t) {
			return e, true
		}
	}
	return Entry{}, false
}

// PIDs returns the process ids that the ledger names, each once.
func (l Log) PIDs() []int {
	var pids []int
	seen := map[int]bool{}
	for _, e := range l {
		if !seen[e.PID] {
			seen[e.PID] = true
			pids = append(pids, e.PID)
		}
	}
	return pids
}
