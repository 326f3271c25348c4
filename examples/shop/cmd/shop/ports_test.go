package main

import "sync"

var (
	portsMu  sync.Mutex // guards reserved
	reserved = map[int]bool{}
)

// reserve keeps tests that run at the same time from finding the same free ports.
func reserve(base int) bool {
	portsMu.Lock()
	defer portsMu.Unlock()
	if reserved[base] {
		return false
	}
	reserved[base] = true
	return true
}
