// Package eventlog is the one codec between events and OpenTelemetry log
// records.
//
// A record has EventName otelheal.<kind>, one line for people as its body, flat
// attributes to query by, and the whole event as JSON in otelheal.data. The MAC
// (otelheal.mac) covers the name and that JSON, and [Codec.Read] decodes
// nothing else, so that no attribute that anybody added on the way counts.
//
// Anyone who can send OTLP can write such a record: only one with a valid MAC
// is [Verified]. The key is made anew by each process unless one is configured,
// which events between processes need.
package eventlog
