package e2e

import (
	"context"
	"encoding/binary"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/test/harness"
)

// finding is what every pipeline of others ends in: rca, and a file.
const finding = `
connectors:
  rca: {mac_key: KEY, guard: 4s, blip: 1s, settle: 1s, learning: 5s, resolve_after: 5s}
exporters:
  file: {path: DIR/incidents.jsonl, flush_interval: 100ms}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    logs/incidents: {receivers: [rca], exporters: [file]}
`

// startFinding runs the complete distribution with a way in, and returns the
// file of incidents.
func startFinding(t *testing.T, in string, replacements ...string) (*harness.Collector, string) {
	t.Helper()
	dir := t.TempDir()
	replacements = append([]string{"KEY", macKey, "DIR", dir}, replacements...)
	col := harness.StartFull(t, harness.Config(t, finding, replacements...), harness.Config(t, in, replacements...))
	return col, filepath.Join(dir, "incidents.jsonl")
}

// call is one request to a frontend that calls payment.
type call struct {
	start  time.Time // it took callTook
	serial uint64
	failed bool // in payment, which raises BankError: no route to bank
}

const callTook = 20 * time.Millisecond

// trace is the call's trace ID.
func (c call) trace() (id [16]byte) {
	id[0] = 0xab
	binary.BigEndian.PutUint64(id[8:], c.serial)
	return id
}

// traffic is twenty calls a second, told in somebody's protocol.
type traffic struct {
	failing atomic.Bool
	sent    atomic.Int64
	errors  sync.Map // as texts
}

func runTraffic(t *testing.T, tell func(context.Context, call) error) *traffic {
	t.Helper()
	f := &traffic{}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		beat := time.NewTicker(50 * time.Millisecond)
		defer beat.Stop()
		for n := uint64(1); ; n++ {
			select {
			case <-ctx.Done():
				return
			case now := <-beat.C:
				if err := tell(ctx, call{start: now.Add(-callTook), serial: n, failed: f.failing.Load()}); err != nil {
					f.errors.Store(err.Error(), true)
					continue
				}
				f.sent.Add(1)
			}
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		if t.Failed() {
			f.errors.Range(func(text, _ any) bool { t.Log("not sent: ", text); return true })
		}
	})
	return f
}

// Fail makes payment fail, or work again.
func (f *traffic) Fail(on bool) { f.failing.Store(on) }

// Sent is how many calls were told.
func (f *traffic) Sent() int64 { return f.sent.Load() }

// findsPayment lets payment fail and waits for the verdict: the first revision
// that blames anybody. One before may say that it is not sure yet.
func findsPayment(t *testing.T, f interface {
	Sent() int64
	Fail(bool)
}, file string) *event.Incident {
	t.Helper()
	require.Eventually(t, func() bool { return f.Sent() >= 20*20 }, learns, 100*time.Millisecond)
	assert.Empty(t, harness.Records(t, file), "nothing is wrong yet")
	f.Fail(true)
	broke := time.Now()
	i := waitIncident(t, file, func(i *event.Incident) bool {
		return i.Settled && i.Status == event.IncidentOpen && i.Cause.Kind != event.KindUnknown
	})
	t.Logf("an incident %s after the fault: %s", i.UpdatedAt.Sub(broke).Round(time.Millisecond), i.Summary)
	assert.Equal(t, "payment", i.Cause.Target.Entity.Service)
	assert.Equal(t, event.KindErrors, i.Cause.Kind)
	return i
}

// waitIncident waits for a signed incident that ok likes.
func waitIncident(t *testing.T, file string, ok func(*event.Incident) bool) (found *event.Incident) {
	t.Helper()
	codec := eventlog.NewCodec(macKey)
	harness.WaitRecord(t, file, 2*detects, func(lr plog.LogRecord) bool {
		i, trust, err := codec.ReadIncident(lr)
		if err != nil || trust != eventlog.Verified || !ok(i) {
			return false
		}
		found = i
		return true
	})
	return found
}

// completeConfig is a block of YAML that says of itself that it is for the
// complete distribution.
var completeConfig = regexp.MustCompile("(?ms)^```yaml\n(# For the complete distribution.*?)^```$")

// What the complete distribution is for is in it, and what the documentation
// shows of it is valid.
func TestCompleteDistributionHasWhatWeTell(t *testing.T) {
	binary := harness.FullBinary(t)
	list, err := exec.Command(binary, "components").CombinedOutput()
	require.NoError(t, err)
	for _, name := range []string{
		"jaeger", "zipkin", "skywalking", "prometheus", "kafka", "file_log", "otlp", "load_balancing", "prometheus_remote_write", "otlp_grpc", "otlp_http",
		"k8s_attributes", "resource_detection", "rca", "anomaly", "alert_webhook", "healer",
	} {
		assert.Contains(t, string(list), "- name: "+name+"\n")
	}
	pages, err := filepath.Glob(filepath.Join(harness.Root(t), "docs", "*.md"))
	require.NoError(t, err)
	found := 0
	for _, page := range pages {
		for _, block := range completeConfig.FindAllStringSubmatch(readFile(t, page), -1) {
			found++
			out, err := exec.Command(binary, "validate", "--config", harness.Config(t, block[1])).CombinedOutput()
			assert.NoError(t, err, "%s: %s", page, out)
		}
	}
	assert.NotZero(t, found)
}
