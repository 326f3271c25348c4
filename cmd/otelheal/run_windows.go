package main

import (
	"errors"

	"go.opentelemetry.io/collector/otelcol"
	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
)

// run serves the Service Control Manager if that started us, else the console.
// The manager restarts a service by its own recovery settings, so only the
// console's exit code is ours to mend.
func run(set otelcol.CollectorSettings) error {
	err := svc.Run("", otelcol.NewSvcHandler(set))
	if errors.Is(err, windows.ERROR_FAILED_SERVICE_CONTROLLER_CONNECT) {
		return newCommand(set).Execute()
	}
	return err
}
