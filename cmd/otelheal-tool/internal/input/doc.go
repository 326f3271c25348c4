// Package input reads series from files: CSV with a timestamp and a value, and
// the answer of Prometheus to a range query.
//
// Nothing is made up and nothing is fatal that concerns one row: a row that
// cannot be read is named by its line and skipped, and what has no value is no
// value. Reading a row of CSV allocates nothing.
package input
