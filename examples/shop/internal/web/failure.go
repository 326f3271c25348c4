package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/otelheal/otelheal/examples/shop/internal/station"
)

// StatusError is an error with the status it is to be answered with.
type StatusError struct {
	Status int
	Text   string
	Err    error
}

func (e *StatusError) Error() string {
	if e.Err == nil {
		return e.Text
	}
	return e.Text + ": " + e.Err.Error()
}

func (e *StatusError) Unwrap() error { return e.Err }

// panicError is a panic that was caught, with the stack of where it happened.
type panicError struct {
	value any
	stack string
}

func caught(v any) *panicError { return &panicError{value: v, stack: string(debug.Stack())} }

func (e *panicError) Error() string { return fmt.Sprint(e.value) }

// statusOf maps an error to the status that tells the caller whose fault it is.
func statusOf(err error) int {
	var status *StatusError
	var call *CallError
	switch {
	case errors.As(err, &status):
		return status.Status
	case errors.Is(err, station.ErrBusy), errors.Is(err, context.Canceled):
		return http.StatusServiceUnavailable
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusGatewayTimeout
	case errors.As(err, &call):
		return http.StatusBadGateway
	default:
		return http.StatusInternalServerError
	}
}

// typeOf names the kind of an error as exception.type does: the type that was thrown, not what it was wrapped in.
func typeOf(err error) string {
	var p *panicError
	if errors.As(err, &p) {
		return fmt.Sprintf("%T", p.value)
	}
	var c *CallError
	if errors.As(err, &c) && c.Err != nil {
		return fmt.Sprintf("%T", c.Err)
	}
	return fmt.Sprintf("%T", err)
}

// note records a failure where people look for it: on the span and, under the same trace id, in the log. A failure that is
// the caller's own fault (4xx) is a warning and does not fail the span.
func (a *App) note(ctx context.Context, span trace.Span, err error) {
	level := slog.LevelError
	if statusOf(err) < http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	kind := typeOf(err)
	onSpan := []attribute.KeyValue{semconv.ExceptionType(kind), semconv.ExceptionMessage(err.Error())}
	onLog := []slog.Attr{
		slog.String(string(semconv.ExceptionTypeKey), kind),
		slog.String(string(semconv.ExceptionMessageKey), err.Error()),
	}
	var p *panicError
	if errors.As(err, &p) {
		onSpan = append(onSpan, semconv.ExceptionStacktrace(p.stack))
		onLog = append(onLog, slog.String(string(semconv.ExceptionStacktraceKey), p.stack))
	}
	span.AddEvent(semconv.ExceptionEventName, trace.WithAttributes(onSpan...))
	if level == slog.LevelError {
		span.SetStatus(codes.Error, err.Error())
	}
	a.Log.LogAttrs(ctx, level, "request failed: "+err.Error(), onLog...)
}
