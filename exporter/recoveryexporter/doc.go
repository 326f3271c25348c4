// Package recoveryexporter asks for repair: it turns incident records into
// actions and hands them to a healing backend.
//
//	logs ─▶ verified incidents ─▶ queue ─▶ policy ─▶ breaker ─▶ backend
//	        (the rest: counted)   retry    (healing)            healer, or HTTP
//
// It keeps no state of its own. The policy that matches, and with it the whole
// ladder of steps, follows from the incident alone (healing.Plan), the ID of
// the action from the ID of the incident; so each revision of an incident can
// be sent, sent again or lost, and means the same.
//
// Only records with a valid MAC count (internal/eventlog): others are counted
// and left alone, before they take a place in the queue.
package recoveryexporter

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
