// Package incidentpage draws an incident as a page of its own: what is to blame and
// how sure that is, the way from the cause to what hurts, when what happened, and
// every piece of evidence with its numbers. The page has no script, loads nothing,
// and its policy forbids both, since names and messages in it come from anybody.
package incidentpage
