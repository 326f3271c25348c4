// Package shopsim plays a shop in a time of its own: programs that call each
// other, the spans, log lines and states they send, and what is wrong with them.
// Whoever judges a diagnosis knows here what is true. It depends on none of the
// packages that are judged, draws all chance from one seed, and is as fast as
// whoever takes what it sends.
package shopsim
