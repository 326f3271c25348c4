//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml

// Package healerextension is the embedded healing backend: healing.Healer with
// a journal, hands and an HTTP API around it.
//
//	Submit, POST /v1/actions ─▶ Healer ─▶ journal (synced) ─▶ executors
//	inventories, kill switch ──▶   ▲                              │
//	                               └──────── results ◀────────────┘
//	journal ─▶ Pull ─▶ the otelheal receiver
//
// One mutex orders everything that the Healer does, and its work is journalled
// before the mutex is released: so the journal holds what happened in the order
// in which it happened, and nothing is done that it does not hold.
package healerextension
