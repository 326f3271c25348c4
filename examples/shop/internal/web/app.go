// Package web is how the services of the shop speak HTTP: JSON in, JSON out, one chain of handling for every request, and
// peers chosen in turn.
//
//	mux ─▶ span and metrics (otelhttp) ─▶ station.Enter ─▶ handler (panics caught) ─▶ station.Leave ─▶ answer
//
// Health checks take the same way and a slot of the station as well, but are not traced: a process that can't serve can't
// answer them either.
package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelheal/otelheal/examples/shop/internal/station"
)

const (
	maxBody    = 64 << 10
	healthPath = "/healthz"
	healthCost = 200 * time.Microsecond
)

// Handler answers one request with something that becomes JSON, or with an error. It may panic.
type Handler func(ctx context.Context, r *http.Request) (any, error)

// App is the HTTP side of a process.
type App struct {
	Station *station.Station
	Log     *slog.Logger

	mux *http.ServeMux
}

// NewApp makes an app that answers health checks.
func NewApp(s *station.Station, log *slog.Logger) *App {
	a := &App{Station: s, Log: log, mux: http.NewServeMux()}
	a.Handle("GET "+healthPath, func(ctx context.Context, _ *http.Request) (any, error) {
		if err := s.Work(ctx, station.Cost(healthCost)); err != nil {
			return nil, err
		}
		return map[string]string{"status": "ok"}, nil
	})
	return a
}

// ServeHTTP makes an App an http.Handler.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// Handle routes a pattern of http.ServeMux to a handler.
func (a *App) Handle(pattern string, h Handler) {
	serve := func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		ctx := a.Station.Enter(r.Context(), r.URL.Path == healthPath)
		answer, err := a.answer(ctx, r, h)
		station.Leave(ctx)
		write(w, answer, err)
	}
	a.mux.Handle(pattern, otelhttp.NewHandler(http.HandlerFunc(serve), pattern,
		otelhttp.WithFilter(func(r *http.Request) bool { return r.URL.Path != healthPath })))
}

// answer calls the handler and notes its failure, be it an error or a panic.
func (a *App) answer(ctx context.Context, r *http.Request, h Handler) (answer any, err error) {
	defer func() {
		if v := recover(); v != nil {
			answer, err = nil, caught(v)
		}
		if err != nil {
			a.note(ctx, trace.SpanFromContext(ctx), err)
		}
	}()
	return h(ctx, r)
}

func write(w http.ResponseWriter, answer any, err error) {
	status := http.StatusOK
	if err != nil {
		status = statusOf(err)
		answer = map[string]string{"error": http.StatusText(status)}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// Read decodes the body of a request.
func Read[T any](r *http.Request) (T, error) {
	var body T
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return body, &StatusError{Status: http.StatusBadRequest, Text: "body is not what was expected", Err: err}
	}
	return body, nil
}
