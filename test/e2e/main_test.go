package e2e

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// quiet switches off the collector's own metrics endpoint, whose port several
// collectors on one machine would fight for.
const quiet = "yaml:service::telemetry::metrics::level: none"
