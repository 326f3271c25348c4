// Package healing decides whether, what and when to repair, and whether it
// worked. It holds the rules that let software touch production; see docs/
// healing.md for them in words.
//
// A [Policy] turns an incident into an [event.Action]: a ladder of steps. A
// [Healer] walks it:
//
//	requested ─▶ approved ─▶ executing ─▶ verifying ─▶ succeeded
//	    │            │           │            ├──────▶ next step, or escalated (a page)
//	    ▼            ▼           ▼            └──────▶ inconclusive (a page)
//	 refused      expired     unknown (a page, never repeated)
//
// The Healer is a state machine without clock, goroutine or I/O. Every method
// takes the time and returns [Work] in order: records to persist, orders to
// hand to an [Executor], outcomes to send. The caller persists and syncs before
// it does anything that stands behind the record. extension/healerextension is
// such a caller.
//
// What stops an action is a [Reason], the same word in the log, the metric, the
// outcome and the test.
package healing
