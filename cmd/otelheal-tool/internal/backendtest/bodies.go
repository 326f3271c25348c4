package backendtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// bodyChecks are about what can be read and what can never be.
func bodyChecks() []check {
	return []check{
		{
			name: "bad body", expect: "a 4xx but 408 and 429 for each body that can never be right; no effect",
			why: "after 5xx the exporter sends the same message until it expires, and after 2xx nobody learns that nothing will come of it",
			run: badBodies,
		},
		{
			name: "huge body", expect: "8 MiB are refused with 413, another 4xx, or a closed connection",
			why: "without a limit one request takes all memory",
			run: func(ctx context.Context, t *tester) finding {
				m := t.raw("huge", edited(t, t.dryRun("huge"), func(e, _ map[string]any) { e["padding"] = strings.Repeat("x", 8<<20) }))
				if r := t.post(ctx, m); r.taken() || r.err == nil && !r.refused() {
					return fail("%s", r)
				} else {
					return pass("%s", r)
				}
			},
		},
		{
			name: "largest action", expect: "an action at the limits of the schema is taken: 2xx",
			why: "a large incident is the one that must not be lost to a limit of a proxy",
			run: func(ctx context.Context, t *tester) finding {
				m := t.message(largest(t.dryRun("largest")))
				f := mustTake(t.post(ctx, m))
				f.got += fmt.Sprintf(", %d KiB", len(m.body)>>10)
				return f
			},
		},
		{
			name: "unknown fields", expect: "taken, what is not known left aside: 2xx",
			why: "a younger otelheal may send more; what an older backend may misunderstand gets another `type`",
			run: func(ctx context.Context, t *tester) finding {
				body := edited(t, t.dryRun("younger"), func(e, data map[string]any) {
					e["younger"], data["younger"] = "extension", []int{1, 2}
				})
				return mustTake(t.post(ctx, t.raw("younger", body)))
			},
		},
		{
			name: "hostile text", expect: "taken like any other: 2xx",
			why: "texts began as somebody's telemetry: quotes, line ends, markup and shell characters are to be expected in them",
			run: func(ctx context.Context, t *tester) finding {
				a := t.dryRun("hostile")
				text := "\"'`;$(reboot)|{{.}}<script>\r\nX-Header: 1\x00\u202e\\"
				a.Incident.Summary, a.Incident.Evidence[0].Text, a.Incident.Cause.Why = text, text, text
				return mustTake(t.post(ctx, t.message(a)))
			},
		},
	}
}

// badBodies are all signed properly.
func badBodies(ctx context.Context, t *tester) finding {
	bodies := []struct {
		name string
		body []byte
	}{
		{"empty", nil},
		{"no JSON", []byte(`{"specversion":"1.0",`)},
		{"a list", []byte(`[]`)},
		{"specversion 0.3", edited(t, t.acting("version"), func(e, _ map[string]any) { e["specversion"] = "0.3" })},
		{"another type", edited(t, t.acting("type"), func(e, _ map[string]any) { e["type"] = "io.otelheal.action.v99" })},
		{"no data", edited(t, t.acting("data"), func(e, _ map[string]any) { delete(e, "data") })},
		{"no id", edited(t, t.acting("id"), func(_, data map[string]any) { delete(data, "id") })},
		{"no target", edited(t, t.acting("target"), func(_, data map[string]any) { delete(data, "target") })},
		{"no expiry", edited(t, t.acting("expiry"), func(_, data map[string]any) { delete(data, "expires") })},
		{"a mode that is none", edited(t, t.acting("mode"), func(_, data map[string]any) { data["mode"] = "maybe" })},
	}
	var wrong []string
	for i, b := range bodies {
		if r := t.post(ctx, t.raw(fmt.Sprintf("bad-%d", i), b.body)); !r.refused() {
			wrong = append(wrong, fmt.Sprintf("%s: %s", b.name, r))
		}
	}
	if len(wrong) > 0 {
		return fail("%s", strings.Join(wrong, "; "))
	}
	return pass("%d bodies were refused", len(bodies))
}

// edited is the body of an action after a change to the event and its data.
func edited(t *tester, a *event.Action, change func(e, data map[string]any)) []byte {
	var e map[string]any
	d := json.NewDecoder(bytes.NewReader(t.message(a).body))
	d.UseNumber()
	err := d.Decode(&e)
	if err == nil {
		data, _ := e["data"].(map[string]any)
		change(e, data)
		var body []byte
		if body, err = json.Marshal(e); err == nil {
			return body
		}
	}
	panic(err) // it is of our own making
}

// largest fills the action up to what its schema allows.
func largest(a *event.Action) *event.Action {
	text := strings.Repeat("x", event.MaxText)
	now := time.Now().UTC()
	i := &a.Incident
	for k := len(i.Evidence); k < event.MaxEvidence; k++ {
		i.Evidence = append(i.Evidence, event.Evidence{
			Class: event.Inferred, Signal: event.SignalLog, Entity: i.Cause.Target.Entity, Text: text, At: now,
		})
	}
	for k := len(i.Symptoms); k < event.MaxSymptoms; k++ {
		s := i.Symptoms[0]
		s.ID = fmt.Sprintf("s%d", k+1)
		i.Symptoms = append(i.Symptoms, s)
	}
	for k := 0; k < event.MaxCauses; k++ {
		i.RunnersUp = append(i.RunnersUp, event.Cause{Target: i.Cause.Target, Kind: event.KindSlow, Why: text})
	}
	i.Summary, i.Cause.Why = text, text
	return a
}
