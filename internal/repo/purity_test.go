package repo

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// purePackages hold the ideas. The standard library, gonum and each other are
// all they import, so that they can be read, tested and replayed on their own.
var purePackages = []string{"event", "detector", "rca", "healing"}

func TestPurePackages(t *testing.T) {
	args := []string{"list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}"}
	for _, p := range purePackages {
		args = append(args, "./"+p+"/...")
	}
	deps := strings.Fields(goCommand(t, ".", args...))
	require.NotEmpty(t, deps)
	for _, dep := range deps {
		name, ours := strings.CutPrefix(dep, modulePath+"/")
		top, _, _ := strings.Cut(name, "/")
		pure := ours && slices.Contains(purePackages, top)
		assert.True(t, pure || strings.HasPrefix(dep, "gonum.org/v1/gonum/"), "a pure package depends on %s", dep)
	}
}

// notOurs may not enter what somebody adds to a collector of their own: they
// would be pinned to our version of it.
var notOurs = []string{
	"k8s.io/", "istio.io/", "sigs.k8s.io/", "go.etcd.io/etcd/", "github.com/twmb/franz-go", "github.com/IBM/sarama",
	"github.com/open-telemetry/opentelemetry-collector-contrib/",
}

func TestComponentsImportNoHeavySDK(t *testing.T) {
	deps := strings.Fields(goCommand(t, ".", "list", "-deps",
		"./receiver/...", "./processor/...", "./connector/...", "./exporter/...", "./extension/..."))
	require.NotEmpty(t, deps)
	for _, dep := range deps {
		for _, prefix := range notOurs {
			assert.False(t, strings.HasPrefix(dep, prefix), "a component depends on %s", dep)
		}
	}
}
