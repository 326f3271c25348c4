package rca

import (
	"fmt"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// evidence lists what speaks for the cause, then for the runners-up, then what
// hurts. The trace shows the incident best.
func (e *Engine) evidence(i *incident, now int64) (list []event.Evidence, traceID string) {
	for k := range i.ranked {
		if k > 2 {
			break
		}
		more := e.of(i, &i.ranked[k], now)
		if k == 0 {
			for _, x := range more {
				if traceID == "" {
					traceID = x.TraceID
				}
			}
		} else if len(more) > 2 {
			more = more[:2]
		}
		list = append(list, more...)
	}
	list = append(list, i.found...)
	for k := range i.symptoms {
		list = append(list, i.symptoms[k].evidence())
	}
	if len(list) > event.MaxEvidence {
		list = list[:event.MaxEvidence]
	}
	return list, traceID
}

// of is the evidence about one candidate.
func (e *Engine) of(i *incident, c *candidate, now int64) (list []event.Evidence) {
	at := time.Unix(0, now).UTC()
	who := e.target(i, c).Entity
	if c.state != nil {
		list = append(list, event.Evidence{
			Class: event.Seen, Signal: event.SignalState, Entity: c.state.Entity, At: c.state.At.UTC(), Onset: c.state.Since.UTC(),
			Text: c.state.Entity.Short() + " was seen " + string(c.state.Status) + reason(c.state.Reason),
		})
	}
	if a := c.alert; a != nil {
		list = append(list, event.Evidence{
			Class: event.Told, Signal: event.SignalAlert, Entity: a.Entity, At: at, Onset: a.StartsAt.UTC(),
			Text: line("alert "+a.Name+" fires: "+a.Summary, 400),
		})
	}
	if ch := c.change; ch != nil {
		list = append(list, event.Evidence{
			Class: event.Told, Signal: event.SignalChange, Entity: ch.Entity, At: ch.At.UTC(), Onset: ch.At.UTC(),
			Text: line(fmt.Sprintf("%s of %s from %q to %q by %s, %s before the onset", ch.Kind, ch.Entity, ch.From, ch.To, ch.By,
				i.Onset.Sub(ch.At).Round(100*time.Millisecond)), 400),
		})
	}
	list = append(list, e.ofTraces(i, c, who, at)...)
	list = append(list, e.ofRank(i, c, who, at)...)
	for _, a := range []*event.Anomaly{c.cpu, c.memory, c.other} {
		if a == nil {
			continue
		}
		list = append(list, event.Evidence{
			Class: event.Inferred, Signal: event.SignalMetric, Entity: a.Entity, At: a.At.UTC(), Onset: a.Onset.UTC(),
			Observed: a.Observed, Expected: a.Expected, Unit: line(a.Unit, 32),
			Text: line(fmt.Sprintf("%s (%s) is %.4g%s, expected %.4g: %+.1f sigma since %s", a.Metric, a.Aspect, a.Observed,
				space(a.Unit), a.Expected, a.Score, a.Onset.UTC().Format("15:04:05")), 400),
		})
	}
	if c.kind == event.KindOverload {
		list = append(list, event.Evidence{
			Class: event.Inferred, Signal: event.SignalTrace, Entity: who, At: at, Observed: c.loadTo, Expected: c.loadFrom, Unit: "1/s",
			Text: fmt.Sprintf("requests rose from %.3g to %.3g a second at the onset", c.loadFrom, c.loadTo),
		})
	}
	return list
}

// modeWords say what a number of traces did, in words that fit one as well as many.
var modeWords = map[originMode]string{
	originError:       "%s failed in %s itself",
	originTimeout:     "%s got no answer from %s in time",
	originUnreachable: "%s could not reach %s",
	originSlow:        "%s took longer by the own time of %s",
	originHandled:     "%s failed at %s, with callers that coped",
	originLog:         "%s had the first ERROR log in %s",
}

// number is "1 trace" or "3 traces".
func number(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// ofTraces tells how many traces went wrong at the candidate, by how they did.
func (e *Engine) ofTraces(i *incident, c *candidate, who event.Entity, at time.Time) (list []event.Evidence) {
	from := i.Onset.Unix() - 1
	for m := originMode(0); m < originModes; m++ {
		if c.traces[m] < 1 {
			continue
		}
		o, n := e.example(c, m, from)
		if o == nil {
			continue
		}
		x := event.Evidence{
			Class: event.Inferred, Signal: event.SignalTrace, Entity: who, At: at, Onset: i.Onset,
			Observed: float64(n), TraceID: traceText(o.example),
			Text: fmt.Sprintf(modeWords[m]+" since %s", number(int(n), "trace"), who, i.Onset.UTC().Format("15:04:05")),
		}
		switch {
		case m == originLog:
			x.Signal = event.SignalLog
			x.Text += ": " + o.text
		case m == originSlow:
			x.Observed, x.Expected, x.Unit = o.slowness/1e9, o.usual/1e9, "s"
			x.Text += fmt.Sprintf(", such as %s in %s, usually %s", seconds(o.slowness/1e9), callName(o.text), seconds(o.usual/1e9))
		case o.text != "":
			x.Text += ", such as: " + o.text
		}
		x.Text = line(x.Text, 400)
		list = append(list, x)
	}
	return list
}

// example is the origin of a candidate with the most traces, and their number.
func (e *Engine) example(c *candidate, m originMode, from int64) (best *origin, total uint32) {
	most := uint32(0)
	for _, inst := range c.svc.sortedInstances() {
		if c.inst != nil && inst != c.inst && inst.entity.Instance != "" {
			continue
		}
		o := &inst.origins[m]
		sum := o.sum(from, e.g.now+1)
		total += sum.n
		if sum.n > most {
			best, most = o, sum.n
		}
	}
	return best, total
}

func (s *symptom) evidence() event.Evidence {
	x := event.Evidence{
		Class: event.Inferred, Signal: s.Signal, Entity: s.Entity, Text: line(s.say(), 400),
		Observed: s.Observed, Expected: s.Band.High, Unit: s.Unit, Onset: s.Onset, At: s.FreshAt,
	}
	switch {
	case s.state != nil:
		x.Class = event.Seen
		if f := s.state.failed; !f.At.IsZero() {
			x.At = f.At.UTC()
		}
	case s.alert != "":
		x.Class = event.Told
	}
	return x
}

func callName(op string) string {
	if op == "" {
		return "a call"
	}
	return op
}

func space(unit string) string {
	unit = strings.TrimSpace(unit)
	if unit == "" || unit == "1" || strings.HasPrefix(unit, "{") {
		return ""
	}
	return " " + unit
}
