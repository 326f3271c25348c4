package main

import (
	common "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"
)

// span is a span with what its resource says.
type span struct {
	*traces.Span
	resource map[string]string
}

// record is a log record with what its resource says.
type record struct {
	*logs.LogRecord
	resource map[string]string
}

func texts(attributes []*common.KeyValue) map[string]string {
	all := map[string]string{}
	for _, a := range attributes {
		all[a.Key] = a.Value.GetStringValue()
	}
	return all
}

func (s *sink) spans() []span {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []span
	for _, request := range s.traces {
		for _, r := range request.ResourceSpans {
			resource := texts(r.Resource.Attributes)
			for _, scope := range r.ScopeSpans {
				for _, sp := range scope.Spans {
					all = append(all, span{sp, resource})
				}
			}
		}
	}
	return all
}

func (s *sink) records() []record {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []record
	for _, request := range s.logs {
		for _, r := range request.ResourceLogs {
			resource := texts(r.Resource.Attributes)
			for _, scope := range r.ScopeLogs {
				for _, rec := range scope.LogRecords {
					all = append(all, record{rec, resource})
				}
			}
		}
	}
	return all
}

// metricNames are the names that an instance has sent, with how often.
func (s *sink) metricNames(instance string) map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := map[string]int{}
	for _, request := range s.metrics {
		for _, r := range request.ResourceMetrics {
			if instance != "" && texts(r.Resource.Attributes)["service.instance.id"] != instance {
				continue
			}
			for _, scope := range r.ScopeMetrics {
				for _, m := range scope.Metrics {
					names[m.Name]++
				}
			}
		}
	}
	return names
}
