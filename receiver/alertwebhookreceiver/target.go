package alertwebhookreceiver

import (
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/collector/component"

	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/payload"
)

// TargetConfig names the labels that say what an alert is about; the first that
// is there counts.
type TargetConfig struct {
	Service   []string `mapstructure:"service"`
	Namespace []string `mapstructure:"namespace"`
	Instance  []string `mapstructure:"instance"`
	Host      []string `mapstructure:"host"`
	Name      []string `mapstructure:"name"`
	Severity  []string `mapstructure:"severity"`
	// Summary lists annotations.
	Summary []string `mapstructure:"summary"`
}

// defaultTarget takes labels that mean one thing only. Prometheus' own label
// `instance` is where it scraped, and `namespace` one of Kubernetes: neither has
// to be what spans call the same, and a wrong target is worse than none.
func defaultTarget() TargetConfig {
	return TargetConfig{
		Service:   []string{"service_name", "service.name", "service", "job"},
		Namespace: []string{"service_namespace", "service.namespace"},
		Instance:  []string{"service_instance_id", "service.instance.id"},
		Host:      []string{"host_name", "host.name"},
		Name:      []string{"alertname"},
		Severity:  []string{"severity"},
		Summary:   []string{"summary", "description", "message"},
	}
}

// Validate tells everything that is wrong.
func (t *TargetConfig) Validate() error {
	if len(t.Service) == 0 {
		return errors.New("`service` is empty: name the labels that have a service's name, or no alert is about one")
	}
	return nil
}

// rules are those of the receiver with an ID.
func (c *Config) rules(id component.ID) *payload.Rules {
	t := &c.Target
	r := &payload.Rules{
		Service: t.Service, Namespace: t.Namespace, Instance: t.Instance, Host: t.Host,
		Name: t.Name, Severity: t.Severity, Summary: t.Summary,
		Tests: c.TestAlerts, Services: c.Scope.Services, Namespaces: c.Scope.Namespaces,
	}
	if len(r.Services)+len(r.Namespaces) > 0 {
		r.Owner = id.String()
	}
	return r
}

// MappingConfig says where a sender's JSON has what an alert needs. Each is a
// path of keys with dots between them; \. is a dot within a key, and a number
// an item of a list.
type MappingConfig struct {
	Alerts      string            `mapstructure:"alerts"`
	Status      string            `mapstructure:"status"`
	Firing      []string          `mapstructure:"firing"`
	Resolved    []string          `mapstructure:"resolved"`
	Fingerprint string            `mapstructure:"fingerprint"`
	StartsAt    string            `mapstructure:"starts_at"`
	EndsAt      string            `mapstructure:"ends_at"`
	Summary     string            `mapstructure:"summary"`
	LabelsFrom  string            `mapstructure:"labels_from"`
	Labels      map[string]string `mapstructure:"labels"`
}

// Validate tells everything that is wrong.
func (m *MappingConfig) Validate() error {
	_, err := m.mapping()
	if m.LabelsFrom == "" && len(m.Labels) == 0 {
		err = errors.Join(err, errors.New("`labels` and `labels_from` are empty: without labels nothing names a service"))
	}
	if m.Status != "" && len(m.Resolved) == 0 {
		err = errors.Join(err, errors.New("`resolved` is empty: list what `status` says when an alert is over, or leave `status` out"))
	}
	return err
}

// mapping parses the paths.
func (m *MappingConfig) mapping() (*payload.Mapping, error) {
	var errs []error
	path := func(key, text string) payload.Path {
		p, err := payload.ParsePath(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("`%s` %w, found %q", key, err, text))
		}
		return p
	}
	out := &payload.Mapping{
		Alerts: path("alerts", m.Alerts), Status: path("status", m.Status), Firing: m.Firing, Resolved: m.Resolved,
		Fingerprint: path("fingerprint", m.Fingerprint), StartsAt: path("starts_at", m.StartsAt),
		EndsAt: path("ends_at", m.EndsAt), Summary: path("summary", m.Summary), LabelsFrom: path("labels_from", m.LabelsFrom),
	}
	for name, text := range m.Labels {
		if text == "" {
			errs = append(errs, fmt.Errorf("`labels::%s` is empty: say where its value stands", name))
		}
		out.Labels = append(out.Labels, payload.LabelPath{Label: name, Path: path("labels::"+name, text)})
	}
	slices.SortFunc(out.Labels, func(a, b payload.LabelPath) int {
		if a.Label < b.Label {
			return -1
		}
		return 1
	})
	return out, errors.Join(errs...)
}
