// Package contract holds the JSON schema that other people build backends by
// against what the recovery exporter sends.
package contract
