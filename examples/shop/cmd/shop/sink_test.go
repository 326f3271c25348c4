package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collogs "go.opentelemetry.io/proto/otlp/collector/logs/v1"
	colmetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	coltraces "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// sink is an OTLP/HTTP receiver that keeps everything.
type sink struct {
	server *httptest.Server

	mu      sync.Mutex // guards what follows
	traces  []*coltraces.ExportTraceServiceRequest
	metrics []*colmetrics.ExportMetricsServiceRequest
	logs    []*collogs.ExportLogsServiceRequest
	broken  []string
}

func newSink(t *testing.T) *sink {
	s := &sink{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", take(s, func() *coltraces.ExportTraceServiceRequest { return &coltraces.ExportTraceServiceRequest{} },
		func(m *coltraces.ExportTraceServiceRequest) { s.traces = append(s.traces, m) }))
	mux.HandleFunc("POST /v1/metrics", take(s, func() *colmetrics.ExportMetricsServiceRequest { return &colmetrics.ExportMetricsServiceRequest{} },
		func(m *colmetrics.ExportMetricsServiceRequest) { s.metrics = append(s.metrics, m) }))
	mux.HandleFunc("POST /v1/logs", take(s, func() *collogs.ExportLogsServiceRequest { return &collogs.ExportLogsServiceRequest{} },
		func(m *collogs.ExportLogsServiceRequest) { s.logs = append(s.logs, m) }))
	s.server = httptest.NewServer(mux)
	t.Cleanup(s.server.Close)
	return s
}

func take[M proto.Message](s *sink, empty func() M, keep func(M)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		m := empty()
		if err == nil {
			err = proto.Unmarshal(body, m)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if err != nil || r.Header.Get("Content-Type") != "application/x-protobuf" {
			s.broken = append(s.broken, r.URL.Path)
			return
		}
		keep(m)
		w.Header().Set("Content-Type", "application/x-protobuf")
	}
}

// messages is everything that arrived so far.
func (s *sink) messages() []proto.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []proto.Message
	for _, m := range s.traces {
		all = append(all, m)
	}
	for _, m := range s.metrics {
		all = append(all, m)
	}
	for _, m := range s.logs {
		all = append(all, m)
	}
	return all
}
