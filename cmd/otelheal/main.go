// Command otelheal is the collector distribution: the collector's own command
// (`--config`, `validate`, `components`) with the components of
// builder-config.yaml, which components.go lists.
package main

import (
	"os"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/httpprovider"
	"go.opentelemetry.io/collector/confmap/provider/httpsprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/otelcol"

	"github.com/otelheal/otelheal/confmap/observeconverter"
)

// version is set by the linker (see the Makefile); builder-config.yaml carries
// the same one, and a test compares them.
var version = "0.1.0"

func main() {
	if err := run(settings()); err != nil {
		os.Exit(1) // cobra has printed the error already
	}
}

func settings() otelcol.CollectorSettings {
	return otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{
			Command:     "otelheal",
			Description: "an OpenTelemetry Collector that notices failures and repairs them safely",
			Version:     version,
		},
		Factories: components,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{
			ResolverSettings: confmap.ResolverSettings{
				ProviderFactories: []confmap.ProviderFactory{
					envprovider.NewFactory(),
					fileprovider.NewFactory(),
					httpprovider.NewFactory(),
					httpsprovider.NewFactory(),
					yamlprovider.NewFactory(),
				},
				ConverterFactories: []confmap.ConverterFactory{
					observeconverter.NewFactory(),
				},
			},
		},
	}
}
