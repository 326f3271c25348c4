package rca

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Settings of a replay.
type Settings struct {
	Paper  bool     // one normal minute against the second minute after the injection
	Drop   []string // metrics, logs, unsampled-logs
	Traces float64  // share of traces to keep
}

// told is how long after an injection the alert comes: Prometheus' usual `for`.
const told = time.Minute

// reported is how long after the last data its verdict is out: an open incident
// is emitted every ten seconds.
const reported = 12 * time.Second

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Nezha replays the corpus in a folder.
func Nezha(ctx context.Context, dir string, set Settings) (*Result, error) {
	list, err := days(dir)
	if err != nil {
		return nil, err
	}
	truth, err := readTruth(dir)
	if err != nil {
		return nil, err
	}
	r := &Result{False: []string{}, Cases: []Case{}}
	for _, day := range list {
		play := playDay
		if set.Paper {
			play = playPaper
		}
		if err := play(ctx, day, set, truth, r); err != nil {
			return nil, fmt.Errorf("replaying %s: %w", day, err)
		}
	}
	r.sum()
	return r, nil
}

// truths are the inner causes, by service and kind of fault.
type truths map[string]map[string]string

func readTruth(dir string) (truths, error) {
	names, err := filepath.Glob(filepath.Join(dir, "root_cause*.json"))
	if err != nil {
		return nil, err
	}
	all := truths{}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var t truths
		if err := json.Unmarshal(b, &t); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		maps.Copy(all, t)
	}
	return all, nil
}

// readNormal reads the fault-free minute of a day.
func readNormal(day string) (*recording, error) {
	names, err := filepath.Glob(filepath.Join(day, "normal", "trace", "*_trace.csv.gz"))
	if err != nil || len(names) == 0 {
		return nil, err
	}
	name := filepath.Base(names[0])
	return readMinute(filepath.Join(day, "normal"), name[:len(name)-len("_trace.csv.gz")])
}

// playDay replays a day in the order of time. Before each injection everything
// is baseline; the minutes after it are the incident, and end with it.
func playDay(ctx context.Context, day string, set Settings, truth truths, out *Result) error {
	faults, err := readFaults(day)
	if err != nil {
		return err
	}
	all, err := readNormal(day)
	if err != nil {
		return err
	}
	if all == nil {
		all = &recording{}
	}
	covered := [][2]int64{all.around()}
	ends := make([]time.Time, len(faults))
	for k, f := range faults {
		for _, m := range f.Minutes {
			r, err := readMinute(day, m)
			if err != nil {
				return err
			}
			window := r.around()
			covered = append(covered, window)
			if end := time.Unix(0, window[1]).UTC(); end.After(ends[k]) {
				ends[k] = end
			}
			all.add(r)
		}
	}
	metrics, err := readMetrics(day)
	if err != nil {
		return err
	}
	// Metrics are of the whole day. What they show between the minutes that have
	// traces may be faults that nobody tells of here.
	metrics.within(covered...)
	all.add(metrics)
	out.Skipped += all.skipped
	all.reduce(set)
	list := all.batches()
	if len(list) == 0 {
		return fmt.Errorf("no data")
	}
	p, err := newPlayer(ctx, time.Unix(list[0].second-1, 0).UTC())
	if err != nil {
		return err
	}
	entry := all.entry()
	next, since, telling := 0, 0, false
	for _, b := range list {
		at := time.Unix(b.second, 0).UTC()
		if telling && at.After(ends[next]) {
			p.idle(earlier(at, ends[next].Add(reported)))
			out.judge(&faults[next], p.verdict(since), truth)
			if err := p.tell(ctx, fmt.Sprint(day, next), entry, faults[next].at, at); err != nil {
				return err
			}
			telling = false
			next++
		}
		if !telling && next < len(faults) && !at.Before(faults[next].at.Add(told)) {
			p.idle(at)
			since = len(p.incidents)
			if err := p.tell(ctx, fmt.Sprint(day, next), entry, faults[next].at, time.Time{}); err != nil {
				return err
			}
			telling = true
		}
		if err := p.play(ctx, b); err != nil {
			return err
		}
	}
	if telling {
		p.idle(ends[next].Add(reported))
		out.judge(&faults[next], p.verdict(since), truth)
	}
	out.falseIncidents(p.incidents, faults, ends)
	return p.stop(ctx)
}

// playPaper replays each fault by itself: the day's normal minute, moved to
// before it, and the second minute after the injection.
func playPaper(ctx context.Context, day string, set Settings, truth truths, out *Result) error {
	faults, err := readFaults(day)
	if err != nil {
		return err
	}
	for k := range faults {
		if err := playOne(ctx, day, &faults[k], set, truth, out); err != nil {
			return err
		}
	}
	return nil
}

func playOne(ctx context.Context, day string, f *fault, set Settings, truth truths, out *Result) error {
	normal, err := readNormal(day)
	if err != nil {
		return err
	}
	usual, err := readMetrics(filepath.Join(day, "normal"))
	if err != nil {
		return err
	}
	bad, err := readMinute(day, f.Minutes[len(f.Minutes)-1])
	if err != nil {
		return err
	}
	if normal == nil {
		return fmt.Errorf("no normal minute")
	}
	usual.within(normal.around())
	normal.add(usual)
	first, _ := bad.bounds()
	metrics, err := readMetrics(day)
	if err != nil {
		return err
	}
	metrics.within(bad.around())
	bad.add(metrics)
	_, end := normal.bounds()
	// Two minutes lie between, so that all of the normal one is baseline.
	normal.shift((first - end - int64(2*time.Minute)) / int64(time.Second) * int64(time.Second))
	out.Skipped += normal.skipped + bad.skipped
	normal.reduce(set)
	bad.reduce(set)
	before, after := normal.batches(), bad.batches()
	p, err := newPlayer(ctx, time.Unix(before[0].second-1, 0).UTC())
	if err != nil {
		return err
	}
	for _, b := range before {
		if err := p.play(ctx, b); err != nil {
			return err
		}
	}
	onset := time.Unix(0, first).UTC().Truncate(time.Second).Add(-time.Second)
	for n, b := range after {
		if n == 1 {
			if err := p.tell(ctx, f.Time, normal.entry(), onset, time.Time{}); err != nil {
				return err
			}
		}
		if err := p.play(ctx, b); err != nil {
			return err
		}
	}
	p.idle(p.now.Add(reported))
	out.judge(f, p.verdict(0), truth)
	return p.stop(ctx)
}

// entry is the service in which most traces begin: whose users would complain.
func (r *recording) entry() string {
	count := map[string]int{}
	best := ""
	for k := range r.spans {
		if s := &r.spans[k]; s.parent == "" {
			name := serviceOf(s.pod)
			count[name]++
			if count[name] > count[best] || count[name] == count[best] && name < best {
				best = name
			}
		}
	}
	return best
}

// falseIncidents counts those that were opened while nothing was wrong.
func (r *Result) falseIncidents(list []event.Incident, faults []fault, ends []time.Time) {
	seen := map[string]bool{}
	for k := range list {
		i := &list[k]
		if seen[i.ID] {
			continue
		}
		seen[i.ID] = true
		within := false
		for f := range faults {
			within = within || !i.OpenedAt.Before(faults[f].at) && !i.OpenedAt.After(ends[f].Add(time.Minute))
		}
		if !within {
			r.False = append(r.False, i.OpenedAt.Format(time.DateTime)+" "+i.Summary)
		}
	}
}
