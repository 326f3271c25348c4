package rcaconnector

import (
	"context"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelheal/otelheal/event"
)

// maxServiceLabels is how many services have a label value of their own in the
// life of a process: names come from telemetry, and whoever makes them up must
// not fill the database of the metrics.
const maxServiceLabels = 500

// otherService is what the rest is called together.
const otherService = "other"

// standing are the incidents that are open, for a metric.
type standing struct {
	mu    sync.Mutex // guards the rest
	open  map[string]blame
	names map[string]bool // services with a label value of their own
}

// blame is who an incident is about.
type blame struct {
	service string
	kind    event.Kind
}

// note takes over what a tick returned.
func (s *standing) note(list []event.Incident) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		s.open, s.names = map[string]blame{}, map[string]bool{}
	}
	for k := range list {
		i := &list[k]
		if i.Status != event.IncidentOpen {
			delete(s.open, i.ID)
			continue
		}
		name := i.Cause.Target.Entity.OfService().String()
		switch {
		case s.names[name]:
		case len(s.names) < maxServiceLabels:
			s.names[name] = true
		default:
			name = otherService
		}
		s.open[i.ID] = blame{name, i.Cause.Kind}
	}
}

// forget takes all as over.
func (s *standing) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.open)
}

// observe counts them.
func (s *standing) observe(_ context.Context, o metric.Int64Observer) error {
	s.mu.Lock()
	counts := map[blame]int64{}
	for _, b := range s.open {
		counts[b]++
	}
	s.mu.Unlock()
	for b, n := range counts {
		o.Observe(n, metric.WithAttributes(attribute.String("service", b.service), attribute.String("kind", string(b.kind))))
	}
	return nil
}
