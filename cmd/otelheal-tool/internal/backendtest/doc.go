// Package backendtest tries a healing backend against the HTTP contract of
// docs/backend.md, with the messages that the recovery exporter sends.
//
// A check sends one or more messages and judges the answers; the effects that
// they had are counted by somebody else, at an address that the user names, so
// that a backend is not its own witness. What cannot be seen from here is said
// to be unseen, never passed.
package backendtest
