// Package book knows which alerts were passed on, so that each is passed on
// once, whoever of a redundant pair sends it and however often.
//
//	Reserve ─▶ Ticket: new | duplicate | outdated ─▶ pass on ─▶ Commit
//	                                                    └────────▶ Release
//
// Fingerprint and start time are the alert; the newest start of a fingerprint
// is what the book holds. It resolves with an end after that start, so that the
// end of an earlier time never ends a later one. After it resolved it stays so
// for a while, whoever still says that it fires: the slower of a pair, or a
// repeated request. A sender that tells no start gets the one the book knows.
//
// While a request passes alerts on it holds their fingerprints, and others that
// bring the same ones wait: of two at once, one passes and one is a duplicate.
//
// The book is bounded. When it is full it forgets the resolved first, then
// those that were not heard of for longest, and counts them; one that was
// forgotten is passed on again when its sender repeats it, which loses nothing.
//
// The package is pure but for its lock: no clock, no I/O, no goroutine.
package book
