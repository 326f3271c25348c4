package e2e

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/otelheal/otelheal/test/harness"
)

const zipkinIn = `
receivers: {zipkin: {endpoint: ZIPKIN}}
processors: {resource_detection: {detectors: [system], system: {hostname_sources: [os]}}}
service: {pipelines: {traces: {receivers: [zipkin], processors: [resource_detection], exporters: [rca]}}}
`

// zipkinSpans are a call in the JSON of Zipkin's v2 API. The two sides of the
// call share a span ID, as Brave's do.
func zipkinSpans(c call) []byte {
	type endpoint struct {
		ServiceName string `json:"serviceName"`
		IPv4        string `json:"ipv4,omitempty"`
		Port        int    `json:"port,omitempty"`
	}
	type span struct {
		TraceID        string            `json:"traceId"`
		ID             string            `json:"id"`
		ParentID       string            `json:"parentId,omitempty"`
		Kind           string            `json:"kind"`
		Name           string            `json:"name"`
		Timestamp      int64             `json:"timestamp"`
		Duration       int64             `json:"duration"`
		LocalEndpoint  endpoint          `json:"localEndpoint"`
		RemoteEndpoint *endpoint         `json:"remoteEndpoint,omitempty"`
		Tags           map[string]string `json:"tags"`
		Shared         bool              `json:"shared,omitempty"`
	}
	trace := c.trace()
	at, took := c.start.UnixMicro(), callTook.Microseconds()
	tags := map[string]string{"http.method": "POST", "http.route": "/pay"}
	if c.failed {
		tags["http.status_code"] = "500"
		tags["error"] = "no route to bank"
	}
	id := func(k int) string { return fmt.Sprintf("%08x%08x", c.serial, k) }
	body, _ := json.Marshal([]span{
		{hex.EncodeToString(trace[:]), id(1), "", "SERVER", "get /buy", at, took, endpoint{ServiceName: "frontend"}, nil, tags, false},
		{hex.EncodeToString(trace[:]), id(2), id(1), "CLIENT", "post", at + 1000, took - 2000, endpoint{ServiceName: "frontend"},
			&endpoint{"payment", "10.0.0.7", 8080}, tags, false},
		{hex.EncodeToString(trace[:]), id(2), id(1), "SERVER", "post /pay", at + 2000, took - 4000, endpoint{ServiceName: "payment"}, nil, tags, true},
	})
	return body
}

func TestZipkinReachesAVerdict(t *testing.T) {
	address := harness.Ports(t, 1)[0]
	col, file := startFinding(t, zipkinIn, "ZIPKIN", address)
	col.WaitLog("detected resource information")
	f := runTraffic(t, func(ctx context.Context, c call) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/api/v2/spans", bytes.NewReader(zipkinSpans(c)))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Close = true
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusAccepted {
			return fmt.Errorf("answered %s", resp.Status)
		}
		return nil
	})
	findsPayment(t, f, file)
}
