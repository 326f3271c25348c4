package events

import "time"

// Latest returns the newest revision of each incident, in order of opening.
func (l *Log) Latest() []Incident {
	var latest []Incident
	index := map[string]int{}
	for _, i := range l.Incidents {
		at, known := index[i.ID]
		switch {
		case !known:
			index[i.ID] = len(latest)
			latest = append(latest, i)
		case i.Revision >= latest[at].Revision:
			latest[at] = i
		}
	}
	return latest
}

// OpenedSince returns the newest revision of each incident that opened after from.
func (l *Log) OpenedSince(from time.Time) []Incident {
	var opened []Incident
	for _, i := range l.Latest() {
		if i.OpenedAt.After(from) {
			opened = append(opened, i)
		}
	}
	return opened
}

// Open returns the incidents that are not resolved.
func (l *Log) Open() []Incident {
	var open []Incident
	for _, i := range l.Latest() {
		if i.Status == "open" {
			open = append(open, i)
		}
	}
	return open
}

// Revisions returns every revision of one incident.
func (l *Log) Revisions(id string) []Incident {
	var revisions []Incident
	for _, i := range l.Incidents {
		if i.ID == id {
			revisions = append(revisions, i)
		}
	}
	return revisions
}

// OutcomesSince returns the outcomes after from, each once: the healer reports
// an outcome again when it cannot know that it arrived.
func (l *Log) OutcomesSince(from time.Time) []Outcome {
	type key struct{ action, state, step, reason, at string }
	seen := map[key]bool{}
	var outcomes []Outcome
	for _, o := range l.Outcomes {
		k := key{o.ActionID, o.State, o.Step, o.Reason, o.At.String()}
		if o.At.After(from) && !seen[k] {
			seen[k] = true
			outcomes = append(outcomes, o)
		}
	}
	return outcomes
}

// Busy tells whether an action is under way.
func (l *Log) Busy() bool {
	last := map[string]Outcome{}
	for _, o := range l.Outcomes {
		last[o.ActionID] = o
	}
	for _, o := range last {
		if !o.Ended() {
			return true
		}
	}
	return false
}

// Action returns the newest record of the action.
func (l *Log) Action(id string) (Action, bool) {
	for i := len(l.Actions) - 1; i >= 0; i-- {
		if l.Actions[i].ID == id {
			return l.Actions[i], true
		}
	}
	return Action{}, false
}

// State returns the newest state of an instance that is not after t.
func (l *Log) State(instance string, t time.Time) (AgentState, bool) {
	var newest AgentState
	found := false
	for _, s := range l.States {
		if s.Entity.Instance == instance && !s.At.After(t) && (!found || !s.At.Before(newest.At)) {
			newest, found = s, true
		}
	}
	return newest, found
}
