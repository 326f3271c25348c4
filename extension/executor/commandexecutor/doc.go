//go:generate go tool -modfile=../../../internal/tools/go.mod mdatagen metadata.yaml

// Package commandexecutor is a healer's hand that runs commands: fixed argument
// lists, never a shell. What an order says gets into an argument only where a
// placeholder asks for it, and only if it is a plain word; see [expand].
package commandexecutor
