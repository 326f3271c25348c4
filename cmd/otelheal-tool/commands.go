package main

import (
	"github.com/spf13/cobra"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/backendtest"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/detect"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/rca"
)

// commands lists what the tool can do, in the order of its help.
func commands() []*cobra.Command {
	return []*cobra.Command{
		detect.New(),
		rca.New(),
		backendtest.New(),
	}
}
