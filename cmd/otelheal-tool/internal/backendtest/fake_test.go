package backendtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/actionhttp"
)

const secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"

// fault is one way to be wrong; the zero value is a backend that keeps the contract.
type fault string

// fakeBackend is right but for its fault.
type fakeBackend struct {
	fault fault
	hook  *standardwebhooks.Webhook

	mu       sync.Mutex // guards the fields below
	messages map[string]bool
	actions  map[string]outcomeView
	keys     map[string]bool
	effects  int
}

type outcomeView struct {
	ID     string      `json:"id"`
	State  event.State `json:"state"`
	Reason string      `json:"reason"`
	Text   string      `json:"text"`
}

func newFake(t *testing.T, f fault) (*fakeBackend, Options) {
	hook, err := standardwebhooks.NewWebhook(secret)
	require.NoError(t, err)
	b := &fakeBackend{fault: f, hook: hook, messages: map[string]bool{}, actions: map[string]outcomeView{}, keys: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /actions", b.take)
	mux.HandleFunc("GET /actions/{id}", b.tell)
	mux.HandleFunc("GET /effects", func(w http.ResponseWriter, _ *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		fmt.Fprintf(w, `{"effects":%d}`, b.effects)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return b, Options{
		Endpoint: s.URL + "/actions", Effects: s.URL + "/effects", Secret: secret, Timeout: 2 * time.Second,
		Act: true, Verb: "restart", Executor: "some_executor",
		Target: event.Target{Entity: event.Entity{Service: "payment"}, Incarnation: "1@1"},
	}
}

func (b *fakeBackend) take(w http.ResponseWriter, r *http.Request) {
	limit := int64(1 << 20)
	switch b.fault {
	case "small limit":
		limit = 64 << 10
	case "no limit":
		limit = 1 << 30
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if !b.signed(body, r.Header) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	a, ok := b.read(body)
	switch {
	case !ok && b.fault == "500 to a bad body":
		w.WriteHeader(http.StatusInternalServerError)
		return
	case !ok:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer(w, r.Header.Get(standardwebhooks.HeaderWebhookID), a)
}

// signed checks the signature as far as the fault lets it.
func (b *fakeBackend) signed(body []byte, h http.Header) bool {
	switch b.fault {
	case "no signatures":
		return true
	case "unsigned is fine":
		if h.Get(standardwebhooks.HeaderWebhookSignature) == "" {
			return true
		}
	case "first signature only":
		h = h.Clone()
		first, _, _ := strings.Cut(h.Get(standardwebhooks.HeaderWebhookSignature), " ")
		h.Set(standardwebhooks.HeaderWebhookSignature, first)
	case "no time stamps":
		return b.hook.VerifyIgnoringTimestamp(body, h) == nil
	}
	return b.hook.Verify(body, h) == nil
}

func (b *fakeBackend) read(body []byte) (*event.Action, bool) {
	var e actionhttp.CloudEvent
	d := json.NewDecoder(strings.NewReader(string(body)))
	if b.fault == "strict fields" {
		d.DisallowUnknownFields()
	}
	if d.Decode(&e) != nil {
		return nil, false
	}
	if b.fault == "any type" && e.Data != nil && e.Data.Validate() == nil {
		return e.Data, true
	}
	ok := e.SpecVersion == "1.0" && e.Type == healing.ActionEventType && e.Data != nil && e.Data.Validate() == nil
	return e.Data, ok
}

func (b *fakeBackend) answer(w http.ResponseWriter, id string, a *event.Action) {
	_, known := b.actions[a.ID]
	verdict := healing.VerdictAccepted
	switch {
	case b.messages[id] && b.fault == "400 to a replay":
		w.WriteHeader(http.StatusBadRequest)
		return
	case b.messages[id] && b.fault != "replays are new":
		verdict = healing.VerdictDuplicate
	case known && b.fault == "422 to a revision":
		w.WriteHeader(http.StatusUnprocessableEntity)
		return
	case known && b.fault != "replays are new" && b.fault != "revisions are new":
		verdict = healing.VerdictStale
	default:
		b.actions[a.ID] = b.decide(a)
	}
	b.messages[id] = true
	_ = json.NewEncoder(w).Encode(healing.Receipt{ActionID: a.ID, Verdict: verdict})
}

func (b *fakeBackend) decide(a *event.Action) outcomeView {
	o := outcomeView{ID: a.ID, State: event.StateRefused, Reason: "used_key", Text: "nothing was done"}
	key := string(a.Target.Incarnation) + " " + a.Steps[0].Verb
	if b.fault == "incident is the key" {
		key = a.ID
	}
	switch {
	case time.Now().After(a.Expires) && b.fault != "acts late":
		o.State, o.Reason = event.StateExpired, "expired"
	case a.Mode != event.ModeAct && b.fault != "dry run acts":
		o.Reason = "dry_run"
	case b.keys[key] && b.fault != "revisions are new" && b.fault != "replays are new":
	default:
		b.keys[key] = true
		b.effects++
		o.State, o.Reason = event.StateSucceeded, "proven"
	}
	return o
}

func (b *fakeBackend) tell(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	o, ok := b.actions[r.PathValue("id")]
	if !ok || b.fault == "tells nothing" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if b.fault == "states of its own" {
		o.State = "done"
	}
	_ = json.NewEncoder(w).Encode(o)
}
