package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"strings"
	"sync"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// message is what this backend reads of one; docs/schema has all of it.
type message struct {
	SpecVersion, Type string
	Data              struct {
		ID, Mode string
		Expires  time.Time
		Target   struct {
			Entity      struct{ Service string }
			Incarnation string
		}
		Steps    []struct{ Verb string }
		Incident struct {
			Status  string
			Settled bool
		}
	}
}

func (m *message) valid() bool {
	d := &m.Data
	return m.SpecVersion == "1.0" && m.Type == "io.otelheal.action.v1" && d.ID != "" && d.Target.Entity.Service != "" &&
		!d.Expires.IsZero() && (d.Mode == "act" || d.Mode == "dry_run")
}

// decide is the state that the action gets and the reason for it.
func (b *backend) decide(m *message) string {
	switch d := &m.Data; {
	case d.Incident.Status != "open":
		return "superseded self_healed"
	case time.Now().After(d.Expires):
		return "expired expired"
	case d.Mode != "act":
		return "refused dry_run"
	case len(d.Steps) == 0 || d.Target.Incarnation == "":
		return "escalated no_step" // what leaves nothing to do is for a person
	case !d.Incident.Settled:
		return "requested unsettled" // a newer revision will come
	case b.journal.notes["done "+d.Target.Incarnation+" "+d.Steps[0].Verb] != "":
		return "refused used_key" // by whichever incident
	}
	return b.act(m.Data.Steps[0].Verb, m.Data.Target.Incarnation)
}

// act does the step, and notes it before, so that a crash does not do it twice.
func (b *backend) act(verb, incarnation string) string {
	if b.journal.note("done "+incarnation+" "+verb, "yes") != nil {
		return "failed effect_failed"
	}
	b.effects++
	log.Printf("%s of %q: here your repair would be", verb, incarnation)
	return "inconclusive silence" // whether it helped is not looked at here
}

type backend struct {
	hook    *standardwebhooks.Webhook
	mu      sync.Mutex // guards the rest
	journal *journal
	effects int
}

func (b *backend) take(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	var m message
	switch {
	case err != nil:
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
		return
	case b.hook.Verify(body, r.Header) != nil: // also if its time stamp is over five minutes off
		http.Error(w, "not signed", http.StatusUnauthorized)
		return
	case json.Unmarshal(body, &m) != nil || !m.valid():
		http.Error(w, "no action", http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	verdict, id, action := "accepted", "message "+r.Header.Get("webhook-id"), "action "+m.Data.ID
	if state := b.journal.notes[action]; b.journal.notes[id] != "" {
		verdict = "duplicate"
	} else if state != "" && !strings.HasPrefix(state, "requested ") {
		verdict = "stale" // it has ended
	} else {
		err = b.journal.note(action, b.decide(&m))
	}
	if err = cmp.Or(err, b.journal.note(id, "taken")); err != nil {
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintf(w, `{"verdict":%q}`, verdict)
}

// tell answers what became of an action.
func (b *backend) tell(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	state, reason, known := strings.Cut(b.journal.notes["action "+r.PathValue("id")], " ")
	if !known {
		http.NotFound(w, r)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"id": r.PathValue("id"), "state": state, "reason": reason, "text": state})
}
