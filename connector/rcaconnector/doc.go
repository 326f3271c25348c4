// Package rcaconnector correlates traces, logs and metrics into incidents with
// a ranked root cause. It feeds package rca, which decides everything, and
// writes what that returns as log records.
package rcaconnector

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
