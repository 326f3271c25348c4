package settings

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/envprovider"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"

	"github.com/otelheal/otelheal/processor/anomalyprocessor"
)

// File is a collector's configuration, with its references resolved.
type File struct {
	path string
	conf *confmap.Conf
}

// ReadFile reads a configuration as the collector does, from files and the
// environment alone: nothing is fetched.
func ReadFile(path string) (*File, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find `--config`: %w", err)
	}
	r, err := confmap.NewResolver(confmap.ResolverSettings{
		URIs:              []string{"file:" + abs},
		DefaultScheme:     "env",
		ProviderFactories: []confmap.ProviderFactory{fileprovider.NewFactory(), envprovider.NewFactory(), yamlprovider.NewFactory()},
	})
	if err != nil {
		return nil, fmt.Errorf("read `--config`: %w", err)
	}
	ctx := context.Background()
	conf, err := r.Resolve(ctx)
	if err = errors.Join(err, r.Shutdown(ctx)); err != nil {
		return nil, fmt.Errorf("read `--config`: %w", err)
	}
	return &File{path: path, conf: conf}, nil
}

// Anomaly is the configuration of its anomaly processor; id may be empty if there
// is one.
func (f *File) Anomaly(id string) (*anomalyprocessor.Config, error) {
	sub, err := f.component("processors", "anomaly", id)
	if err != nil {
		return nil, err
	}
	c := Default()
	if err := sub.Unmarshal(c); err != nil {
		return nil, fmt.Errorf("read %s: %w", f.path, err)
	}
	return c, nil
}

// IDs are those of the components of a type, in order.
func (f *File) IDs(section, typ string) ([]string, error) {
	all, err := f.conf.Sub(section)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.path, err)
	}
	var ids []string
	for id := range all.ToStringMap() {
		if id == typ || strings.HasPrefix(id, typ+"/") {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// Component is the section of one component.
func (f *File) Component(section, id string) (*confmap.Conf, error) {
	all, err := f.conf.Sub(section)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", f.path, err)
	}
	m, ok := all.ToStringMap()[id]
	if ok && m == nil {
		return confmap.New(), nil
	}
	return all.Sub(id)
}

func (f *File) component(section, typ, id string) (*confmap.Conf, error) {
	ids, err := f.IDs(section, typ)
	switch {
	case err != nil:
		return nil, err
	case id == "" && len(ids) == 1:
		id = ids[0]
	case id == "" && len(ids) > 1:
		return nil, fmt.Errorf("`--processor` must name one of %s, which are in %s", strings.Join(ids, ", "), f.path)
	case len(ids) == 0:
		return nil, fmt.Errorf("%s has no `%s` processor: leave out `--config`, or name a file that has one", f.path, typ)
	case !slices.Contains(ids, id):
		return nil, fmt.Errorf("`--processor` must be one of %s, found %.60q", strings.Join(ids, ", "), id)
	}
	return f.Component(section, id)
}
