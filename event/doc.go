// Package event is the vocabulary of otelheal: what travels between the parts,
// as plain Go values.
//
//	Anomaly, Alert, AgentState, Change ──▶ Incident ──▶ Action ──▶ Outcome
//	(evidence comes in)                    (rca)        (recovery) (healer)
//
// An [Incident] is one fault with a ranked root cause. An [Action] asks for its
// repair and carries the whole ladder of [Step]s. An [Outcome] says what became
// of it. Everything names what it is about by an [Entity], and anything that
// may be acted on by an [Incarnation] as well: one life of an instance. To act
// on an incarnation that is gone is the commonest way in which automation does
// harm, so no action is without one.
//
// The package imports nothing but the standard library and knows no wire
// format: internal/eventlog turns events into log records and back. Validate
// methods hold what all parts may rely on, and bound every text and list, since
// most of it began as somebody's telemetry.
package event
