// Command backend is a small healing backend that keeps the contract of
// docs/backend.md. It counts what it would do: put your repair into act.
package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.etcd.io/bbolt"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

type backend struct {
	secret  *standardwebhooks.Webhook
	disk    *bbolt.DB
	effects atomic.Int64
}

// bucket has what must not be forgotten. It is on the disk before anything is done
// or answered, so that a crash does nothing twice.
var bucket = []byte("notes")

// note is what is kept of an action, and told.
type note struct {
	ID       string      `json:"id"`
	Revision uint64      `json:"revision"`
	State    event.State `json:"state"`
	Reason   string      `json:"reason"`
	Text     string      `json:"text"`
}

// begun is the state of what is acted on: whether it helps, nobody looks here.
const begun = event.StateInconclusive

func (b *backend) act(a *event.Action) {
	log.Printf("%s of %s: here your repair would be", a.Steps[0].Verb, a.Target)
	b.effects.Add(1)
}

// key is the step on this life of the target: it is done once.
func key(a *event.Action) []byte {
	return fmt.Appendf(nil, "step %s of %#v", a.Steps[0].Verb, a.Target)
}

// decide is the state that the action gets by this revision.
func decide(a *event.Action, notes *bbolt.Bucket) event.State {
	switch {
	case a.Mode != event.ModeAct || a.Incident.Status != event.IncidentOpen || time.Now().After(a.Expires):
		return event.StateRefused
	case !a.Incident.Settled:
		return event.StateRequested // a newer revision will come
	case len(a.Steps) == 0 || a.Target.Incarnation == "":
		return event.StateEscalated // what leaves nothing to do is for a person
	case notes.Get(key(a)) != nil:
		return event.StateRefused // it was done, whichever incident asked
	}
	return begun
}

// take turns away what is no signed action.
func (b *backend) take(w http.ResponseWriter, r *http.Request) {
	var m struct {
		SpecVersion, Type string
		Data              event.Action
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	switch {
	case err != nil:
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	case b.secret.Verify(body, r.Header) != nil: // also if its time stamp is over five minutes off
		http.Error(w, "not signed", http.StatusUnauthorized)
	case json.Unmarshal(body, &m) != nil || m.SpecVersion != "1.0" || m.Type != healing.ActionEventType || m.Data.Validate() != nil:
		http.Error(w, "no action", http.StatusBadRequest)
	default:
		b.answer(w, &m.Data)
	}
}

// answer notes the action, does what there is to do, and tells its sender. A message
// that comes again is known by its action and revision.
func (b *backend) answer(w http.ResponseWriter, a *event.Action) {
	verdict, state := healing.VerdictDuplicate, event.StateUnknown
	err := b.disk.Update(func(tx *bbolt.Tx) (err error) {
		notes, id := tx.Bucket(bucket), []byte("action "+a.ID)
		var had note
		if json.Unmarshal(notes.Get(id), &had) == nil && (had.State == begun || had.Revision >= a.Incident.Revision) {
			return nil
		}
		verdict, state = healing.VerdictAccepted, decide(a, notes)
		if state == begun {
			err = notes.Put(key(a), id)
		}
		text, _ := json.Marshal(note{a.ID, a.Incident.Revision, state, string(state), string(state)})
		return errors.Join(err, notes.Put(id, text))
	})
	if err != nil {
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	}
	if state == begun {
		b.act(a)
	}
	fmt.Fprintf(w, `{"verdict":%q}`, verdict)
}

// tell says what became of an action.
func (b *backend) tell(w http.ResponseWriter, r *http.Request) {
	_ = b.disk.View(func(tx *bbolt.Tx) error {
		note := tx.Bucket(bucket).Get([]byte("action " + r.PathValue("id")))
		if note == nil {
			http.NotFound(w, r)
		}
		_, err := w.Write(note)
		return err
	})
}

func main() {
	secret, err := standardwebhooks.NewWebhook(os.Getenv("SIGNING_SECRET"))
	if err != nil || len(os.Getenv("SIGNING_SECRET")) < 32 { // an empty one would let everybody in
		log.Fatal("SIGNING_SECRET must be that of the recovery exporter: whsec_ and base64 of 24 bytes or more")
	}
	disk, err := bbolt.Open(cmp.Or(os.Getenv("JOURNAL"), "backend.db"), 0o600, &bbolt.Options{Timeout: time.Second})
	if err == nil {
		err = disk.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucketIfNotExists(bucket); return err })
	}
	if err != nil {
		log.Fatal(err)
	}
	b := &backend{secret: secret, disk: disk}
	http.HandleFunc("POST /v1/actions", b.take)
	http.HandleFunc("GET /v1/actions/{id}", b.tell)
	http.HandleFunc("GET /effects", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, b.effects.Load()) })
	server := http.Server{Addr: cmp.Or(os.Getenv("LISTEN"), "127.0.0.1:8086"), ReadTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}
