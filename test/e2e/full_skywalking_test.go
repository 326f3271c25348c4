package e2e

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	common "skywalking.apache.org/repo/goapi/collect/common/v3"
	agent "skywalking.apache.org/repo/goapi/collect/language/agent/v3"

	"github.com/otelheal/otelheal/test/harness"
)

const skywalkingIn = `
receivers: {skywalking: {protocols: {grpc: {endpoint: SKYWALKING}}}}
service: {pipelines: {traces: {receivers: [skywalking], exporters: [rca]}}}
`

// sw8 is the header that frontend's agent sends along with the call.
func sw8(trace, segment string) string {
	b := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	return strings.Join([]string{"1", b(trace), b(segment), "1", b("frontend"), b("frontend-1"), b("/buy"), b("payment:8080")}, "-")
}

// reference is what payment's agent makes of it, see SkyWalking's "Cross Process
// Propagation Headers Protocol v3".
func reference(header string) *agent.SegmentReference {
	f := strings.Split(header, "-")
	text := func(k int) string {
		b, _ := base64.StdEncoding.DecodeString(f[k])
		return string(b)
	}
	span, _ := strconv.Atoi(f[3])
	return &agent.SegmentReference{
		RefType: agent.RefType_CrossProcess, TraceId: text(1), ParentTraceSegmentId: text(2), ParentSpanId: int32(span), ParentService: text(4),
		ParentServiceInstance: text(5), ParentEndpoint: text(6), NetworkAddressUsedAtPeer: text(7),
	}
}

// skywalkingSegments are a call as the agents of both processes report it.
func skywalkingSegments(c call) []*agent.SegmentObject {
	id := c.trace()
	trace := fmt.Sprintf("%s.7.%d", hex.EncodeToString(id[:]), c.start.UnixMilli()*10000+int64(c.serial%10000))
	segment := func(process byte) string {
		id[1] = process
		return fmt.Sprintf("%s.%d.%d", hex.EncodeToString(id[:]), process, c.start.UnixMilli()*10000+int64(c.serial%10000))
	}
	at := c.start.UnixMilli()
	span := func(n, parent int32, kind agent.SpanType, name string, inset int64) *agent.SpanObject {
		s := &agent.SpanObject{
			SpanId: n, ParentSpanId: parent, StartTime: at + inset, EndTime: at + callTook.Milliseconds() - inset, OperationName: name,
			SpanType: kind, SpanLayer: agent.SpanLayer_Http, IsError: c.failed, ComponentId: 2,
			Tags: []*common.KeyStringValuePair{{Key: "http.method", Value: "POST"}, {Key: "url", Value: "http://payment:8080" + name}},
		}
		if c.failed {
			s.Tags = append(s.Tags, &common.KeyStringValuePair{Key: "http.status_code", Value: "500"})
		}
		return s
	}
	call := span(1, 0, agent.SpanType_Exit, "/pay", 1)
	call.Peer = "payment:8080"
	work := span(0, -1, agent.SpanType_Entry, "/pay", 2)
	work.Refs = []*agent.SegmentReference{reference(sw8(trace, segment(1)))}
	if c.failed {
		work.Logs = []*agent.Log{{Time: at, Data: []*common.KeyStringValuePair{
			{Key: "event", Value: "error"}, {Key: "error.kind", Value: "BankError"}, {Key: "message", Value: "no route to bank"}, {Key: "stack", Value: "at Bank.call(Bank.java:7)"},
		}}}
	}
	return []*agent.SegmentObject{
		{TraceId: trace, TraceSegmentId: segment(1), Service: "frontend", ServiceInstance: "frontend-1",
			Spans: []*agent.SpanObject{span(0, -1, agent.SpanType_Entry, "/buy", 0), call}},
		{TraceId: trace, TraceSegmentId: segment(2), Service: "payment", ServiceInstance: "payment-1", Spans: []*agent.SpanObject{work}},
	}
}

func TestSkyWalkingReachesAVerdict(t *testing.T) {
	address := harness.Ports(t, 1)[0]
	_, file := startFinding(t, skywalkingIn, "SKYWALKING", address)
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	f := runTraffic(t, func(ctx context.Context, c call) error {
		stream, err := agent.NewTraceSegmentReportServiceClient(conn).Collect(ctx)
		if err != nil {
			return err
		}
		for _, s := range skywalkingSegments(c) {
			if err := stream.Send(s); err != nil {
				return err
			}
		}
		_, err = stream.CloseAndRecv()
		return err
	})
	i := findsPayment(t, f, file)
	assert.Contains(t, i.Summary, "frontend's calls to payment", "the reference joins the two segments")
	assert.Contains(t, fmt.Sprint(i.Evidence), "BankError: no route to bank")
}
