// Package detect runs the detector over series in files.
package detect

import "github.com/spf13/cobra"

// New returns the command.
func New() *cobra.Command {
	return &cobra.Command{
		Use:   "detect",
		Short: "Score series in CSV files as the anomaly processor would",
	}
}
