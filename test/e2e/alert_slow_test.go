package e2e

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

const slowed = `
receivers:
  alert_webhook: {endpoint: HOOK, hmac: {secrets: [SECRET], timestamp_header: X-Grafana-Alerting-Timestamp}}
exporters:
  nop:
service:
  telemetry:
    metrics: {readers: [{pull: {exporter: {prometheus: {host: 127.0.0.1, port: METRICS}}}}]}
  pipelines:
    logs: {receivers: [alert_webhook], exporters: [nop]}
`

// A host that has no secret and sends bodies that do not end takes half of the
// room, and waits. Alerts of another host come in meanwhile.
func TestSlowSendersKeepNobodyOut(t *testing.T) {
	ports := harness.Ports(t, 2)
	_, metricsPort, err := net.SplitHostPort(ports[1])
	require.NoError(t, err)
	col := harness.Start(t, harness.Config(t, slowed, "HOOK", ports[0], "METRICS", metricsPort, "SECRET", hookSecret))
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	for range 100 {
		conn, err := dialer.DialContext(t.Context(), "tcp", ports[0])
		if err != nil {
			t.Skip("127.0.0.2 is no address of this host")
		}
		defer conn.Close()
		_, err = fmt.Fprintf(conn, "POST /v1/alerts HTTP/1.1\r\nHost: hook\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n"+
			"X-Grafana-Alerting-Signature: %s\r\nX-Grafana-Alerting-Timestamp: %d\r\n\r\n{", strings.Repeat("ab", 32), time.Now().Unix())
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return counter(t, ports[1], "receiver_alert_webhook_in_flight ", "") == 16 }, 10*time.Second, 20*time.Millisecond,
		"they are not in")
	for k := range 20 {
		now := time.Now()
		status, text := answered(t, hookRequest(t, ports[0], firingBody(fmt.Sprint("A", k), `"job":"shop/payment"`, now), "", hookSecret, now))
		assert.Equal(t, http.StatusOK, status, text)
	}
	require.NoError(t, col.Stop())
}
