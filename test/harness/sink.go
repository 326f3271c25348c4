package harness

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"go.opentelemetry.io/collector/pdata/plog/plogotlp"
	"go.opentelemetry.io/collector/pdata/pmetric/pmetricotlp"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// Sink is an OTLP backend over HTTP that counts what arrives.
type Sink struct {
	server                *httptest.Server
	mu                    sync.Mutex // guards the counts
	spans, points, logs   int
	spanIDs               map[string]int
	duplicates, malformed int
}

// NewSink starts one for the duration of the test.
func NewSink(t testing.TB) *Sink {
	t.Helper()
	s := &Sink{spanIDs: map[string]int{}}
	s.server = httptest.NewServer(http.HandlerFunc(s.take))
	t.Cleanup(s.server.Close)
	return s
}

// URL is its base address.
func (s *Sink) URL() string { return s.server.URL }

// Counts are the spans, points and log records so far, and how many spans came twice.
func (s *Sink) Counts() (spans, points, logs, duplicates int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.spans, s.points, s.logs, s.duplicates
}

func (s *Sink) take(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.URL.Path {
	case "/v1/traces":
		req := ptraceotlp.NewExportRequest()
		if err = req.UnmarshalProto(body); err == nil {
			s.spans += req.Traces().SpanCount()
			s.remember(req)
		}
	case "/v1/metrics":
		req := pmetricotlp.NewExportRequest()
		if err = req.UnmarshalProto(body); err == nil {
			s.points += req.Metrics().DataPointCount()
		}
	case "/v1/logs":
		req := plogotlp.NewExportRequest()
		if err = req.UnmarshalProto(body); err == nil {
			s.logs += req.Logs().LogRecordCount()
		}
	}
	if err != nil {
		s.malformed++
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Header.Get("Content-Encoding") != "gzip" {
		return io.ReadAll(r.Body)
	}
	unzipped, err := gzip.NewReader(r.Body)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(unzipped)
}

func (s *Sink) remember(req ptraceotlp.ExportRequest) {
	for _, rs := range req.Traces().ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, span := range ss.Spans().All() {
				id := span.TraceID().String() + span.SpanID().String()
				s.spanIDs[id]++
				if s.spanIDs[id] > 1 {
					s.duplicates++
				}
			}
		}
	}
}
