package alertwebhookreceiver

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/receiver/receivertest"

	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/metadata"
	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/payload"
)

// groupOf is Alertmanager's body with n alerts, that differ from round to round.
func groupOf(n, round int, start time.Time) []byte {
	var b bytes.Buffer
	b.WriteString(`{"receiver":"otelheal","status":"firing","alerts":[`)
	for k := range n {
		if k > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"status":"firing","labels":{"alertname":"HighErrorRate","instance":"10.1.2.%d:8080","job":"shop/s%d","severity":"critical","cluster":"eu-1"},`+
			`"annotations":{"summary":"12%% of the requests fail","runbook_url":"https://runbooks.example/errors"},`+
			`"startsAt":%q,"endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prometheus.example:9090/graph?g0.expr=up","fingerprint":"%016x"}`,
			k%250, k%40, start.Format(time.RFC3339Nano), round*n+k)
	}
	b.WriteString(`],"groupLabels":{"alertname":"HighErrorRate"},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://alertmanager.example:9093","version":"4","groupKey":"{}:{}","truncatedAlerts":0}`)
	return b.Bytes()
}

// A request from its bytes to the answer, without the network: parse, book,
// event, MAC, log record.
func BenchmarkWebhook(b *testing.B) {
	for _, n := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprintf("alerts=%d", n), func(b *testing.B) {
			w, err := newWebhook(createDefaultConfig().(*Config), receivertest.NewNopSettings(metadata.Type), consumertest.NewNop())
			require.NoError(b, err)
			bodies := make([][]byte, 64)
			start := time.Now()
			for k := range bodies {
				bodies[k] = groupOf(n, k, start)
			}
			b.SetBytes(int64(len(bodies[0])))
			b.ReportAllocs()
			k := 0
			for b.Loop() {
				if k++; k%len(bodies) == 0 { // all of them again, a little later: none is a duplicate
					b.StopTimer()
					start = start.Add(time.Millisecond)
					for k := range bodies {
						bodies[k] = groupOf(n, k, start)
					}
					b.StartTimer()
				}
				req := httptest.NewRequest(http.MethodPost, "/v1/alerts", bytes.NewReader(bodies[k%len(bodies)]))
				req.Header.Set("Content-Type", "application/json")
				res := httptest.NewRecorder()
				w.ServeHTTP(res, req)
				if res.Code != http.StatusOK {
					text, _ := io.ReadAll(res.Body)
					b.Fatalf("%d %s", res.Code, text)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "alerts/s")
		})
	}
}

// What is a repetition costs its parsing only.
func BenchmarkDuplicates(b *testing.B) {
	w, err := newWebhook(createDefaultConfig().(*Config), receivertest.NewNopSettings(metadata.Type), consumertest.NewNop())
	require.NoError(b, err)
	body := groupOf(100, 0, time.Now())
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		req := httptest.NewRequest(http.MethodPost, "/v1/alerts", bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		w.ServeHTTP(httptest.NewRecorder(), req)
	}
	b.ReportMetric(100*float64(b.N)/b.Elapsed().Seconds(), "alerts/s")
}

func BenchmarkParse(b *testing.B) {
	body := groupOf(100, 0, time.Now())
	lim := payload.Limits{Depth: 32, Alerts: 5000}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := payload.Parse(body, lim, nil); err != nil {
			b.Fatal(err)
		}
	}
}
