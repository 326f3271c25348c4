package backendtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// outcome is what GET {endpoint}/{id} tells about an action.
type outcome struct {
	ID      string      `json:"id"`
	State   event.State `json:"state"`
	Reason  *string     `json:"reason"`
	Text    *string     `json:"text"`
	History []struct {
		To event.State `json:"to"`
	} `json:"history"`
}

// states are all that an action can be in.
var states = []event.State{
	event.StateRequested, event.StateApproved, event.StateExecuting, event.StateVerifying, event.StateSucceeded,
	event.StateInconclusive, event.StateEscalated, event.StateFailed, event.StateRefused, event.StateSuperseded,
	event.StateExpired, event.StateUnknown,
}

// began tells whether something was done. Who shows a history may also verify
// what somebody else did.
func (o *outcome) began() bool {
	for _, h := range o.History {
		if h.To == event.StateExecuting {
			return true
		}
	}
	acted := []event.State{event.StateExecuting, event.StateVerifying, event.StateSucceeded, event.StateFailed, event.StateUnknown}
	return len(o.History) == 0 && slices.Contains(acted, o.State)
}

// ask reads the state of an action; false: the backend does not tell.
func (t *tester) ask(ctx context.Context, id string) (o outcome, ok bool, err error) {
	u, err := url.Parse(t.opt.Endpoint)
	if err != nil {
		return o, false, err
	}
	code, body, err := t.get(ctx, u.JoinPath(id).String())
	switch {
	case err != nil:
		return o, false, err
	case code != http.StatusOK:
		return o, false, nil
	}
	if err := json.Unmarshal(body, &o); err != nil {
		return o, true, fmt.Errorf("the answer is no JSON object of the right types: %w", err)
	}
	return o, true, nil
}

// ended asks until the action has ended, or no longer than effects may take.
func (t *tester) ended(ctx context.Context, id string) (o outcome, asked bool) {
	for end := time.Now().Add(t.opt.Settle); ; pause(ctx, pollEvery) {
		var err error
		if o, asked, err = t.ask(ctx, id); err != nil || !asked || o.State.Ended() || time.Now().After(end) {
			return o, asked && err == nil
		}
	}
}

// outcomeChecks are about telling what became of an action.
func outcomeChecks() []check {
	return []check{{
		name:   "outcome",
		expect: "GET {URL}/{action id} answers 200 with `id`, `state` of the closed set, and texts `reason` and `text`",
		why:    "who asks why nothing was healed must get an answer (this part is optional: 404, 405 or 501 says that it is left out)",
		run:    outcomeShape,
	}}
}

func outcomeShape(ctx context.Context, t *tester) finding {
	a := t.dryRun("outcome")
	if r := t.post(ctx, t.message(a)); !r.taken() {
		return fail("the action was not taken: %s", r)
	}
	o, ok, err := t.ask(ctx, a.ID)
	switch {
	case err != nil:
		return fail("%s", err)
	case !ok:
		return unseen("it does not tell")
	}
	var wrong []string
	if o.ID != a.ID {
		wrong = append(wrong, fmt.Sprintf("`id` is %.60q, want %q", o.ID, a.ID))
	}
	if !slices.Contains(states, o.State) {
		wrong = append(wrong, fmt.Sprintf("`state` is %.40q, want one of %v", o.State, states))
	}
	if o.Text == nil {
		wrong = append(wrong, "`text` is missing")
	}
	if o.State.Ended() && o.Reason == nil {
		wrong = append(wrong, "`reason` is missing, and it has ended")
	}
	if len(wrong) > 0 {
		return fail("%s", strings.Join(wrong, "; "))
	}
	return pass("state %q", o.State)
}
