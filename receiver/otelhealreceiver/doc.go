// Package otelhealreceiver brings what a healer has to report into the
// pipelines: actions, outcomes, changes and agent states, as log records.
//
//	healer ─Pull─▶ batch ─▶ log records ─▶ pipelines
//	   ▲                                      │
//	   └───────────────── Ack ◀── took it ────┘
//
// A batch is acknowledged only after the pipelines took it. What the journal of
// the healer holds is therefore reported at least once, also across a crash: a
// batch whose acknowledgement was lost comes again, and readers tell a doubled
// event by its IDs.
//
// One goroutine pulls, so batches stay in order. While the pipelines can't take
// one it is sent again, later and later, and nothing newer overtakes it.
package otelhealreceiver

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
