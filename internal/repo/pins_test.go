package repo

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// otelPins are what collector v0.158 was made with. `go mod tidy` takes the
// latest of a module that nobody requires yet, and a younger otel/sdk/metric
// drags otel along to a version with which otel/sdk/log no longer compiles.
var otelPins = map[string]string{
	"go.opentelemetry.io/otel":            "v1.44.0",
	"go.opentelemetry.io/otel/metric":     "v1.44.0",
	"go.opentelemetry.io/otel/trace":      "v1.44.0",
	"go.opentelemetry.io/otel/sdk":        "v1.44.0",
	"go.opentelemetry.io/otel/sdk/metric": "v1.44.0",
	"go.opentelemetry.io/otel/log":        "v0.20.0",
	"go.opentelemetry.io/otel/sdk/log":    "v0.20.0",
}

// winperfcounters is needed on Windows only, and its v0.158.0 is not to be had
// from every module proxy.
const winperfcounters = "github.com/open-telemetry/opentelemetry-collector-contrib/pkg/winperfcounters"

func TestPins(t *testing.T) {
	for _, dir := range []string{".", "test"} {
		for path, version := range requirements(t, dir) {
			if want, ok := otelPins[path]; ok {
				assert.Equal(t, want, version, "%s/go.mod: %s", dir, path)
			}
			for prefix, stable := range map[string]string{
				"go.opentelemetry.io/collector":                             "v1.64.0",
				"github.com/open-telemetry/opentelemetry-collector-contrib": "",
			} {
				if strings.HasPrefix(path, prefix+"/") && path != winperfcounters {
					assert.Contains(t, []string{"v0.158.0", stable}, version, "%s/go.mod: %s", dir, path)
				}
			}
		}
	}
}
