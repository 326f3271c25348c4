// Package rules runs a user's own cases against the detector: a series, settings,
// and what must be found in it, or that nothing may be.
//
// A case fails if something expected is not raised in its time, and if something
// is raised that was not expected.
package rules
