package healerextension

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.opentelemetry.io/collector/client"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/config/confighttp"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// api serves what the healer knows, and takes actions and approvals.
type api struct {
	server   *http.Server
	listener net.Listener
	served   chan struct{} // closed when Serve has returned
}

func startAPI(ctx context.Context, host component.Host, h *healer) (*api, error) {
	cfg := h.cfg.HTTP.Get()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/actions", h.listActions)
	mux.HandleFunc("GET /v1/actions/{id}", h.oneAction)
	mux.HandleFunc("GET /v1/actions/{id}/why", h.why)
	mux.HandleFunc("GET /v1/incidents", h.listIncidents)
	mux.HandleFunc("GET /v1/units", h.listUnits)
	mux.HandleFunc("POST /v1/actions", h.takeAction)
	mux.HandleFunc("POST /v1/actions/{id}/approve", h.approve)
	mux.HandleFunc("GET /metrics", h.metrics.serve)
	server, err := cfg.Server.ToServer(ctx, host.GetExtensions(), h.set.TelemetrySettings, mux,
		confighttp.WithErrorHandler(func(w http.ResponseWriter, _ *http.Request, _ string, status int) {
			refuse(w, status, http.StatusText(status)) // an authenticator's own words may quote the credential
		}))
	if err != nil {
		return nil, err
	}
	listener, err := cfg.Server.ToListener(ctx)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", cfg.Server.NetAddr.Endpoint, err)
	}
	a := &api{server: server, listener: listener, served: make(chan struct{})}
	go func() {
		defer close(a.served)
		if err := server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			componentstatus.ReportStatus(host, componentstatus.NewFatalErrorEvent(err))
		}
	}()
	return a, nil
}

func (a *api) stop(ctx context.Context) error {
	err := a.server.Shutdown(ctx)
	if err != nil {
		err = a.server.Close() // a client that will not end does not keep us
	}
	<-a.served
	return err
}

func (h *healer) listActions(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	records := h.core.Records()
	h.mu.Unlock()
	views := make([]view, len(records))
	for i := range records {
		views[i] = newView(&records[i])
	}
	answer(w, http.StatusOK, views)
}

func (h *healer) oneAction(w http.ResponseWriter, r *http.Request) {
	if record, ok := h.record(w, r); ok {
		answer(w, http.StatusOK, newView(&record))
	}
}

// listIncidents are those that an action is or was about, newest revision.
func (h *healer) listIncidents(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	records := h.core.Records()
	h.mu.Unlock()
	incidents := make([]event.Incident, len(records))
	for i := range records {
		incidents[i] = records[i].Action.Incident
	}
	answer(w, http.StatusOK, incidents)
}

// approve takes a person's consent. It needs an authenticator, also on
// loopback: consent of nobody in particular is none.
func (h *healer) approve(w http.ResponseWriter, r *http.Request) {
	if !h.cfg.HTTP.Get().Server.Auth.HasValue() {
		refuse(w, http.StatusForbidden, "an approval needs `http::auth`, so that it is known whose it is")
		return
	}
	by := "an authenticated client"
	if auth := client.FromContext(r.Context()).Auth; auth != nil {
		for _, name := range []string{"username", "subject"} {
			if s, ok := auth.GetAttribute(name).(string); ok && s != "" {
				by = s
			}
		}
	}
	var receipt healing.Receipt
	err := h.do(func(now time.Time) healing.Work {
		var work healing.Work
		receipt, work = h.core.Approve(r.PathValue("id"), by, now)
		return work
	})
	switch {
	case err != nil:
		refuse(w, http.StatusServiceUnavailable, "the healer cannot act at present")
	case receipt.Verdict == healing.VerdictStale:
		refuse(w, http.StatusNotFound, "no such action, or it has ended")
	default:
		answer(w, http.StatusOK, receipt)
	}
}

// record looks the named action up, or says that there is none.
func (h *healer) record(w http.ResponseWriter, r *http.Request) (healing.Record, bool) {
	h.mu.Lock()
	record, ok := h.core.Record(r.PathValue("id"))
	h.mu.Unlock()
	if !ok {
		refuse(w, http.StatusNotFound, "no such action")
	}
	return record, ok
}

// view is a record as the API shows it.
type view struct {
	ID         string               `json:"id"`
	IncidentID string               `json:"incident_id"`
	State      event.State          `json:"state"`
	Reason     healing.Reason       `json:"reason,omitempty"`
	Text       string               `json:"text"`
	Target     event.Target         `json:"target"`
	Now        event.Target         `json:"now,omitzero"`
	Action     event.Action         `json:"action"`
	History    []healing.Transition `json:"history"`
}

func newView(r *healing.Record) view {
	return view{
		ID: r.Action.ID, IncidentID: r.Action.Incident.ID, State: r.State, Reason: r.Reason, Text: r.Say(),
		Target: r.Target, Now: r.Now, Action: r.Action, History: r.History,
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(v) // the client is gone: nobody is left to tell
}

func refuse(w http.ResponseWriter, status int, text string) {
	answer(w, status, map[string]string{"error": text})
}
