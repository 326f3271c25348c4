package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/test/harness"
)

const linesIn = `
receivers:
  otlp: {protocols: {grpc: {endpoint: GRPC}}}
  file_log: {include: [DIR/payment.log], start_at: beginning, poll_interval: 100ms, resource: {service.namespace: shop, service.name: payment, service.instance.id: payment-1}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [rca]}
    logs: {receivers: [file_log], exporters: [rca]}
`

// A program's log is lines of JSON in a file, with the trace's ID as text. Each
// joins its trace, so that the incident shows what the program said in it.
func TestLinesOfJSONJoinTheirTrace(t *testing.T) {
	ports, dir := harness.Ports(t, 1), t.TempDir()
	log, err := os.Create(filepath.Join(dir, "payment.log"))
	require.NoError(t, err)
	defer log.Close()
	more := []string{"KEY", macKey, "DIR", dir, "GRPC", ports[0]}
	harness.Start(t, harness.Config(t, finding, more...), harness.Config(t, linesIn, more...))
	app := harness.RunApp(t, ports[0])
	require.Eventually(t, func() bool { return app.Sent() >= 20*20 }, learns, 100*time.Millisecond)
	from := app.Sent() + 1
	app.Fail(true)
	i := waitIncident(t, filepath.Join(dir, "incidents.jsonl"), func(i *event.Incident) bool {
		for ; from <= app.Sent(); from++ {
			_, err := fmt.Fprintf(log, `{"time":%q,"level":"ERROR","message":"the ledger of account 17 is locked","trace_id":"0100000000000000%016x"}`+"\n",
				time.Now().UTC().Format(time.RFC3339Nano), from)
			require.NoError(t, err)
		}
		return logEvidence(i) != nil
	})
	e := logEvidence(i)
	assert.Contains(t, e.Text, "the ledger of account 17 is locked")
	assert.True(t, strings.HasPrefix(e.TraceID, "0100000000000000"), e.TraceID)
	assert.Equal(t, "payment", e.Entity.Service)
}

// logEvidence is what an incident has of logs; nil without.
func logEvidence(i *event.Incident) *event.Evidence {
	for k := range i.Evidence {
		if i.Evidence[k].Signal == event.SignalLog {
			return &i.Evidence[k]
		}
	}
	return nil
}
