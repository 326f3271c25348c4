// Package config holds the collector configurations of the shop. They are
// examples to read, and what the demonstration runs.
package config

import _ "embed"

var (
	// Gateway is otelheal itself.
	//go:embed otelheal.yaml
	Gateway []byte
	// Agent is the node collector.
	//go:embed agent.yaml
	Agent []byte
)
