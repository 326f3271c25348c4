// Package replay asks a Prometheus for the past and says what the detector would
// have raised in it: on any server with Prometheus' HTTP API, in chunks that the
// server allows, with memory bounded by the number of series.
//
// It only reads. What would have been done is said as far as metrics tell it,
// which is not far: metrics alone never act.
package replay
