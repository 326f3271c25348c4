//go:generate go tool -modfile=../../../internal/tools/go.mod mdatagen metadata.yaml

// Package processexecutor supervises programs and restarts or rolls them back
// on a healer's order. What it starts outlives otelheal: it is adopted again,
// by PID and start time, after a reload, an upgrade or kill -9.
//
// This package is the wiring; internal/supervisor does the work on top of
// internal/proc (processes that cannot be mistaken for others) and
// internal/durable (state that survives).
package processexecutor
