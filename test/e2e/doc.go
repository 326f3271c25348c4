// Package e2e tests the built otelheal through its public ports: its command
// line, OTLP, its files, its log and its exit code, beside real servers of others.
// `make e2e` runs it. The binary is $OTELHEAL_BIN, or one that the tests build
// first; see harness.Server for what takes longer to build.
package e2e
