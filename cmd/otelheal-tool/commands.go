package main

import (
	"github.com/spf13/cobra"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/backendtest"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/detect"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/rca"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/replay"
	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/rules"
)

// commands lists what the tool can do, in the order of its help.
func commands() []*cobra.Command {
	return []*cobra.Command{
		detect.New(),
		replay.New(),
		rules.New(),
		rca.New(),
		backendtest.New(),
	}
}
