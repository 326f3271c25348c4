// Package scan runs the detector over one series, value by value, and notes its
// anomalies. It decides as it goes: no verdict depends on what came later.
//
// Files do not say whether a series is a counter. A series that never falls in
// its first 20 values while it rises is taken for one and judged by its increase
// a second, as the anomaly processor judges a counter; a fall is a reset. If it
// then falls by less than half, below zero, or three times within eight values, it
// is no counter after all: it is judged by its value from there on.
package scan
