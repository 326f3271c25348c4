//go:generate go tool -modfile=../../../internal/tools/go.mod mdatagen metadata.yaml

// Package httpexecutor is a healer's hand that speaks HTTP: it turns an order
// into one request to a fixed URL, and a page into an alert for Alertmanager.
//
// Nothing that telemetry says gets into a URL or a header name. The server is
// told which incarnation is meant (If-Match) and which order it is
// (Idempotency-Key), and has the last look; [judge] turns its answer into an
// effect.
package httpexecutor
