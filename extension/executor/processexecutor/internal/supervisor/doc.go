// Package supervisor runs programs that outlive it, watches them, and repairs
// them on order.
//
// What may never happen is that a program runs twice, is lost, or is touched in
// a life that the order did not mean. So every step is written down, and
// synced, before it is taken:
//
//	starting (token) ─▶ fork ─▶ running (pid@start) ─▶ stopping ─▶ signal ─▶ starting …
//	                                 │
//	                                 └─▶ ended (exited, or stopped by a person)
//
// Killed between any two of them, the next supervisor finds the record and
// finishes: a process is recognised by the token in its environment even if its
// PID was never written. An order is in the [journal] before its unit's record
// speaks of it, so that afterwards it can be told what became of it.
//
// Each unit has one operation at a time (unit.op); each program one roll-out
// (program.op), which takes its units' in turn.
package supervisor
