package stage

import (
	"path/filepath"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/inject"
	"github.com/otelheal/otelheal/examples/shop/release"
)

// Releases of every service: the one that runs, one that does not work, and two
// more that do.
const (
	First = "v1"
	Bad   = "v2"
	Good  = "v3"
	Next  = "v4"
)

// releases is the directory of a service's releases.
func (s *Stage) releases(service string) string { return filepath.Join(s.Dir, "releases", service) }

// Link is the link to the release that a service runs.
func (s *Stage) Link(service string) string { return filepath.Join(s.releases(service), "current") }

// Release is the directory of one release of a service.
func (s *Stage) Release(service, version string) string {
	return filepath.Join(s.releases(service), version)
}

func writeReleases(dir string) error {
	for _, version := range []string{First, Bad, Good, Next} {
		if err := release.Write(filepath.Join(dir, version), version, version != Bad); err != nil {
			return err
		}
	}
	return inject.Flip(filepath.Join(dir, "current"), filepath.Join(dir, First))
}
