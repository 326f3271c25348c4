//go:build !windows

package main

import "go.opentelemetry.io/collector/otelcol"

func run(set otelcol.CollectorSettings) error { return newCommand(set).Execute() }
