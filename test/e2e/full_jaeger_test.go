package e2e

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/apache/thrift/lib/go/thrift"
	"github.com/jaegertracing/jaeger-idl/thrift-gen/jaeger"
	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/test/harness"
)

const jaegerIn = `
receivers: {jaeger: {protocols: {thrift_http: {endpoint: JAEGER}}}}
service: {pipelines: {traces: {receivers: [jaeger], exporters: [rca]}}}
`

func jaegerTag(key, value string) *jaeger.Tag {
	return &jaeger.Tag{Key: key, VType: jaeger.TagType_STRING, VStr: &value}
}

// jaegerBatches are what the clients of both processes post about a call: each
// tells of itself only, as OpenTracing's conventions have it.
func jaegerBatches(c call) (batches []*jaeger.Batch) {
	trace := c.trace()
	span := func(id, parent int64, kind, name string, inset time.Duration, tags ...*jaeger.Tag) *jaeger.Span {
		s := &jaeger.Span{
			TraceIdHigh: int64(binary.BigEndian.Uint64(trace[:8])), TraceIdLow: int64(binary.BigEndian.Uint64(trace[8:])),
			SpanId: id, ParentSpanId: parent, OperationName: name, Flags: 1,
			StartTime: c.start.Add(inset).UnixMicro(), Duration: (callTook - 2*inset).Microseconds(),
			Tags: append(tags, jaegerTag("span.kind", kind), jaegerTag("http.method", "POST"), jaegerTag("http.route", name)),
		}
		if c.failed {
			yes, code := true, int64(500)
			s.Tags = append(s.Tags, &jaeger.Tag{Key: "error", VType: jaeger.TagType_BOOL, VBool: &yes},
				&jaeger.Tag{Key: "http.status_code", VType: jaeger.TagType_LONG, VLong: &code})
		}
		return s
	}
	frontend := &jaeger.Batch{Process: &jaeger.Process{ServiceName: "frontend", Tags: []*jaeger.Tag{jaegerTag("hostname", "node-1")}}, Spans: []*jaeger.Span{
		span(1, 0, "server", "/buy", 0), span(2, 1, "client", "/pay", time.Millisecond, jaegerTag("peer.service", "payment"), jaegerTag("peer.hostname", "10.0.0.7")),
	}}
	work := span(3, 2, "server", "/pay", 2*time.Millisecond)
	if c.failed {
		work.Logs = []*jaeger.Log{{Timestamp: c.start.UnixMicro(), Fields: []*jaeger.Tag{
			jaegerTag("event", "error"), jaegerTag("error.kind", "BankError"), jaegerTag("message", "no route to bank"),
		}}}
	}
	return []*jaeger.Batch{frontend, {Process: &jaeger.Process{ServiceName: "payment"}, Spans: []*jaeger.Span{work}}}
}

func TestJaegerReachesAVerdict(t *testing.T) {
	address := harness.Ports(t, 1)[0]
	_, file := startFinding(t, jaegerIn, "JAEGER", address)
	f := runTraffic(t, func(ctx context.Context, c call) error {
		for _, batch := range jaegerBatches(c) {
			body, err := thrift.NewTSerializer().Write(ctx, batch)
			if err != nil {
				return err
			}
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/api/traces?format=jaeger.thrift", bytes.NewReader(body))
			if err != nil {
				return err
			}
			req.Header.Set("Content-Type", "application/vnd.apache.thrift.binary")
			req.Close = true
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				return err
			}
			_ = resp.Body.Close()
			if resp.StatusCode != http.StatusAccepted {
				return fmt.Errorf("answered %s", resp.Status)
			}
		}
		return nil
	})
	i := findsPayment(t, f, file)
	assert.Contains(t, fmt.Sprint(i.Evidence), "BankError: no route to bank", "OpenTracing's error log is an exception")
}
