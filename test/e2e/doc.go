// Package e2e tests the built otelheal through its public ports: its command
// line, OTLP, its files, its log and its exit code. `make e2e` runs it; the
// binary is $OTELHEAL_BIN, or one that the tests build first.
package e2e
