//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml

// Package anomalyprocessor feeds the metrics of a pipeline to the detector and
// sends what it says after them, as score series.
//
//	points ──▶ engine (one per component id) ──▶ scores
//	  │                                            │
//	  └──▶ next consumer, untouched                └──▶ next consumer, second call
//
// Package detector decides what is an anomaly. Here points are walked
// (points.go), named (identity.go), and scores are written (scores.go); the
// engine owns the store, its lock, snapshots and the one goroutine.
package anomalyprocessor
