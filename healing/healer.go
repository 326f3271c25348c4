package healing

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Env is what the world looks like to a [Healer], as the caller saw it last.
type Env struct {
	Units    []Unit   // the merged inventory of all executors
	Missing  []string // component IDs of executors that gave none
	Killed   string   // the kill switch's path if it is thrown
	Silences []Silence
}

// Settings are what a Healer is made of.
type Settings struct {
	Limits Limits
	// Executors are the component IDs that a step may name.
	Executors []string
	// Keep is how many ended records are kept for the guardrails, the API and
	// for telling a doubled action; the oldest go first. Those that were acted
	// on within the guardrails' memory are kept beyond it.
	Keep int
}

// Healer walks the ladders of all actions. It is not safe for concurrent use.
type Healer struct {
	limits    Limits
	executors []string
	keep      int

	env   Env
	fleet fleet

	// records in the order of their arrival, so that the same input always
	// gives the same work.
	records    []*Record
	byID       map[string]*Record
	stormUntil time.Time
}

// New returns a Healer without records; see Restore.
func New(s Settings) *Healer {
	return &Healer{limits: s.Limits, executors: s.Executors, keep: s.Keep, byID: map[string]*Record{}}
}

// Restore gives back what the journal held, once and before anything else. An
// effect that was under way is looked up, never repeated.
func (h *Healer) Restore(records []Record) Work {
	var w Work
	slices.SortStableFunc(records, func(a, b Record) int {
		return cmp.Or(a.Received.Compare(b.Received), cmp.Compare(a.Action.ID, b.Action.ID))
	})
	for _, r := range records {
		h.add(&r)
		if r.State == event.StateExecuting {
			w.Lookups = append(w.Lookups, Assignment{r.step().Executor, r.order()})
		}
	}
	return w
}

// Submit takes an action or a newer revision of one. It decides nothing: Tick
// does, and a caller in a hurry calls it at once.
func (h *Healer) Submit(a *event.Action, now time.Time) (Receipt, Work) {
	if err := a.Validate(); err != nil {
		return Receipt{ActionID: a.ID, Verdict: VerdictInvalid, Reason: err.Error()}, Work{}
	}
	r, known := h.byID[a.ID]
	if !known {
		r = &Record{Action: *a, Target: a.Target, Received: now}
		r.move(event.StateRequested, "", "", now)
		h.add(r)
		return receipt(r, VerdictAccepted), Work{Records: []Record{r.copy()}, Actions: []event.Action{*a}}
	}
	switch newest := r.Action.Incident.Revision; {
	case a.Incident.Revision == newest:
		return receipt(r, VerdictDuplicate), Work{}
	case a.Incident.Revision < newest, r.State.Ended():
		return receipt(r, VerdictStale), Work{}
	}
	r.revise(a)
	return receipt(r, VerdictUpdated), Work{Records: []Record{r.copy()}}
}

// revise takes over what a newer revision knows. Until something was done it
// may name another target; afterwards it is only evidence of how things go.
func (r *Record) revise(a *event.Action) {
	if r.State == event.StateRequested && !r.touched() {
		if a.Target != r.Target || !slices.EqualFunc(a.Steps, r.Action.Steps, sameStep) {
			r.ApprovedBy = "" // it was given for something else
		}
		r.Action, r.Target = *a, a.Target
		return
	}
	// A policy that was put back to a dry run holds from the next rung on. A
	// revision that another policy matches, or none, since the cause reads
	// differently while it heals, withdraws nothing.
	if a.Policy == r.Action.Policy && a.Mode != event.ModeAct {
		r.Action.Mode = a.Mode
	}
	was := r.Action.Incident.Symptoms
	r.Action.Incident, r.Action.Expires = a.Incident, a.Expires
	r.Action.Incident.Symptoms = frozen(was, a.Incident.Symptoms)
}

func sameStep(a, b event.Step) bool {
	return a.Verb == b.Verb && a.Executor == b.Executor && maps.Equal(a.Params, b.Params)
}

// frozen are the symptoms of a newer revision, judged by the yardstick of the
// one that was acted on: neither a wider band nor leaving a symptom out makes a
// recovery. What is left out stays as it was last, and so falls silent.
func frozen(was, is []event.Symptom) []event.Symptom {
	all := slices.Clone(was)
	for _, s := range is {
		k := slices.IndexFunc(all, func(o event.Symptom) bool { return o.ID == s.ID })
		switch {
		case k >= 0:
			s.Band, s.DemandBefore = all[k].Band, all[k].DemandBefore
			all[k] = s
		case len(all) < event.MaxSymptoms:
			all = append(all, s)
		}
	}
	return all
}

func receipt(r *Record, v Verdict) Receipt {
	return Receipt{ActionID: r.Action.ID, Verdict: v, State: r.State}
}

// Tick looks at every action that has not ended. The caller calls it after each
// Submit and at least once a second.
func (h *Healer) Tick(env Env, now time.Time) Work {
	h.env, h.fleet = env, fleet{env.Units}
	var w Work
	h.watchStorm(now)
	for _, r := range h.records {
		switch r.State {
		case event.StateRequested:
			h.consider(r, now, &w)
		case event.StateVerifying:
			h.verify(r, now, &w)
		}
	}
	h.prune(now, &w)
	return w
}

// Approve records a person's consent to the step that waits for it.
func (h *Healer) Approve(id, by string, now time.Time) (Receipt, Work) {
	r, ok := h.byID[id]
	if !ok || r.State.Ended() {
		return Receipt{ActionID: id, Verdict: VerdictStale}, Work{}
	}
	r.ApprovedBy = by
	return receipt(r, VerdictUpdated), Work{Records: []Record{r.copy()}}
}

// Records are copies of all that are kept, the oldest first.
func (h *Healer) Records() []Record {
	all := make([]Record, len(h.records))
	for i, r := range h.records {
		all[i] = r.copy()
	}
	return all
}

// Record is a copy of one.
func (h *Healer) Record(id string) (Record, bool) {
	if r, ok := h.byID[id]; ok {
		return r.copy(), true
	}
	return Record{}, false
}

// copy shares nothing with r that a later call could change.
func (r *Record) copy() Record {
	c := *r
	c.Keys, c.NotDone, c.History = slices.Clone(r.Keys), slices.Clone(r.NotDone), slices.Clone(r.History)
	return c
}

func (h *Healer) add(r *Record) {
	h.records = append(h.records, r)
	h.byID[r.Action.ID] = r
}

// prune forgets the oldest ended records beyond what is kept, but none that a
// guardrail still has to know of: the budget bounds how many those are.
func (h *Healer) prune(now time.Time, w *Work) {
	needed := now.Add(-max(h.limits.CooldownMemory, h.limits.FlapWindow, h.limits.BudgetWindow))
	surplus := -h.keep
	for _, r := range h.records {
		if r.State.Ended() {
			surplus++
		}
	}
	if surplus <= 0 {
		return
	}
	h.records = slices.DeleteFunc(h.records, func(r *Record) bool {
		if surplus <= 0 || !r.State.Ended() || r.Acted.After(needed) {
			return false
		}
		surplus--
		delete(h.byID, r.Action.ID)
		w.Drop = append(w.Drop, r.Action.ID)
		return true
	})
}
