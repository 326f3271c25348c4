package healerextension

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.opentelemetry.io/collector/config/configopaque"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// headerWebhookID is the message's ID by Standard Webhooks.
const headerWebhookID = "webhook-id"

// Length of a signing secret in bytes, by Standard Webhooks. A shorter one, not
// to speak of an empty one, could be guessed.
const minSecret, maxSecret = 24, 64

// verifier checks signatures made with the secret.
func verifier(secret configopaque.String) (*standardwebhooks.Webhook, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(secret), "whsec_"))
	if err != nil || len(key) < minSecret || len(key) > maxSecret {
		return nil, errors.New("no base64 of 24 to 64 bytes") // without the secret or a part of it
	}
	return standardwebhooks.NewWebhookRaw(key)
}

// takeAction takes a recovery action as a signed CloudEvent. The signature
// covers ID, time and body; each ID counts once, over restarts as well. It is
// noted after the action was taken: if we die in between, the message may come
// again and finds its revision known, whereas one noted first would be lost.
func (h *healer) takeAction(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		h.metrics.turnedAway("unreadable")
		refuse(w, http.StatusRequestEntityTooLarge, "the body cannot be read or is too large")
		return
	}
	if err := h.verify(body, r.Header); err != nil {
		h.metrics.turnedAway("signature")
		refuse(w, http.StatusUnauthorized, err.Error())
		return
	}
	a, err := parseAction(body)
	if err != nil {
		h.metrics.turnedAway("malformed")
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	id := r.Header.Get(headerWebhookID)
	again, err := h.knownMessage(id)
	switch {
	case err != nil:
		refuse(w, http.StatusServiceUnavailable, "the journal cannot be read at present")
		return
	case again:
		h.metrics.turnedAway("replay")
		answer(w, http.StatusConflict, healing.Receipt{ActionID: a.ID, Verdict: healing.VerdictDuplicate, Reason: "this message was taken already"})
		return
	}
	receipt, err := h.Submit(r.Context(), a)
	if err == nil {
		err = h.noteMessage(id)
	}
	switch {
	case err != nil:
		refuse(w, http.StatusServiceUnavailable, "the healer cannot take actions at present")
	case receipt.Verdict == healing.VerdictInvalid:
		answer(w, http.StatusUnprocessableEntity, receipt)
	default:
		answer(w, http.StatusAccepted, receipt)
	}
}

// verify accepts a message signed with one of the secrets, and no other.
func (h *healer) verify(body []byte, header http.Header) error {
	secrets := h.cfg.HTTP.Get().SigningSecrets
	if len(secrets) == 0 {
		return errors.New("no action is taken over HTTP: `http::signing_secrets` is empty")
	}
	for _, s := range secrets {
		v, err := verifier(s)
		if err == nil && v.Verify(body, header) == nil {
			return nil
		}
	}
	return errors.New("the signature or its time stamp is missing or wrong")
}

// cloudEvent is the part of a CloudEvents 1.0 structured message that counts.
type cloudEvent struct {
	SpecVersion string          `json:"specversion"`
	Type        string          `json:"type"`
	Data        json.RawMessage `json:"data"`
}

// parseAction reads a recovery action from a CloudEvent.
func parseAction(body []byte) (*event.Action, error) {
	var e cloudEvent
	if err := json.Unmarshal(body, &e); err != nil {
		return nil, fmt.Errorf("the body is no CloudEvent in JSON: %w", err)
	}
	if e.SpecVersion != "1.0" {
		return nil, fmt.Errorf("specversion is %q, want \"1.0\"", e.SpecVersion)
	}
	if e.Type != healing.ActionEventType {
		return nil, fmt.Errorf("type is %q, want %q", e.Type, healing.ActionEventType)
	}
	var a event.Action
	if err := json.Unmarshal(e.Data, &a); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if err := a.Validate(); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	return &a, nil
}

func (h *healer) knownMessage(id string) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken != nil {
		return false, h.broken
	}
	return h.journal.known(id)
}

func (h *healer) noteMessage(id string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.broken != nil {
		return h.broken
	}
	return h.journal.note(id, h.now())
}
