// Package actionhttp is the message in which an action travels over HTTP, as
// docs/backend.md promises it to other people's backends: a CloudEvents 1.0
// event in structured JSON, signed as Standard Webhooks specify.
//
// The recovery exporter sends it and otelheal-tool tries backends with it, so
// that what a backend was tried with is what it will get. Its JSON schema is
// made from the Go types by the command in schema.
package actionhttp

//go:generate go run ./schema ../../docs/schema/action.schema.json
