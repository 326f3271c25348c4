// Package judge decides whether a fault was answered rightly. It compares three
// accounts of one episode: what the witness saw from outside, what the processes
// wrote into the ledger when they started, and what otelheal reports of itself.
//
// The rules, each in a function of its own:
//
//	answered    the right action was taken on the life of the right target, or
//	            a person was called where nothing may be touched
//	restored    the shop is well again, and otelheal did not say so earlier
//	untouched   nothing started that had no reason to
//	delivered   every record that the node collector acknowledged arrived
//
// What breaks a rule is a breach: one sentence with the names and the times.
package judge
