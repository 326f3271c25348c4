package incidentpage

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/otelheal/otelheal/event"
)

const (
	timeWidth = 1120.0
	timeLeft  = 20.0
	timeRight = 380.0
	timeText  = 400.0
	timeRow   = 22.0
	mostRows  = 40
	rowRunes  = 92
)

// moment is one thing that happened, or was known since then.
type moment struct {
	at          time.Time
	X, Y        float64
	Class       string
	Clock, Text string
	Full        string
}

type timeline struct {
	Width, Height float64
	Left, Right   float64
	TextX, End    float64
	First, Last   string
	OnsetX        float64
	Moments       []moment
	More          int
}

// order puts what happened in the order in which it began.
func order(i *event.Incident) *timeline {
	var list []moment
	add := func(at time.Time, class, text string) {
		if !at.IsZero() {
			list = append(list, moment{at: at, Class: class, Full: text})
		}
	}
	add(i.Onset, "onset", "it began")
	add(i.OpenedAt, "said", "the incident was opened")
	add(i.UpdatedAt, "said", fmt.Sprintf("revision %d: %s of %s, %.0f %% sure", i.Revision, i.Cause.Kind, i.Cause.Target.Entity, 100*i.Confidence))
	add(i.ResolvedAt, "said", "resolved: "+string(i.Resolution))
	for k := range i.Symptoms {
		s := &i.Symptoms[k]
		add(s.Onset, "symptom", fmt.Sprintf("S%d %s, normal up to %s", k+1, s.ID, number(s.Band.High, s.Unit)))
	}
	for k := range i.Evidence {
		e := &i.Evidence[k]
		at := e.Onset
		if at.IsZero() {
			at = e.At
		}
		add(at, string(e.Class), fmt.Sprintf("E%d %s", k+1, e.Text))
	}
	slices.SortStableFunc(list, func(a, b moment) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	t := &timeline{Width: timeWidth, Left: timeLeft, Right: timeRight, TextX: timeText}
	if len(list) > mostRows {
		t.More, list = len(list)-mostRows, list[:mostRows]
	}
	if len(list) == 0 {
		return t
	}
	first, last := list[0].at, list[len(list)-1].at
	span := max(1, last.Sub(first).Seconds())
	x := func(at time.Time) float64 {
		return timeLeft + (timeRight-timeLeft)*min(1, max(0, at.Sub(first).Seconds()/span))
	}
	for k := range list {
		m := &list[k]
		m.X, m.Y, m.Clock = x(m.at), 14+float64(k)*timeRow, clock(m.at)
		m.Text = m.Full
		if r := []rune(m.Full); len(r) > rowRunes {
			m.Text = string(r[:rowRunes-1]) + "…"
		}
	}
	t.Moments, t.OnsetX = list, x(i.Onset)
	t.First, t.Last = clock(first), clock(last)
	t.End = float64(len(list)) * timeRow
	t.Height = t.End + 20
	return t
}
