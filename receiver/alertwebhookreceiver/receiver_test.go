package alertwebhookreceiver

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/receiver/receivertest"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/metric/metricdata/metricdatatest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/metadata"
	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/metadatatest"
)

// served is a receiver that listens.
type served struct {
	*webhook
	next *fakeNext
	tel  *componenttest.Telemetry
	url  string
}

// serve starts a receiver on a free port until the test ends.
func serve(t testing.TB, change func(*Config), host component.Host) *served {
	t.Helper()
	cfg := createDefaultConfig().(*Config)
	cfg.Server.NetAddr.Endpoint = "127.0.0.1:0"
	if change != nil {
		change(cfg)
	}
	require.NoError(t, cfg.Validate())
	s := &served{next: &fakeNext{}, tel: componenttest.NewTelemetry()}
	set := receivertest.NewNopSettings(metadata.Type)
	set.TelemetrySettings = s.tel.NewTelemetrySettings()
	r, err := NewFactory().CreateLogs(t.Context(), set, cfg, s.next)
	require.NoError(t, err)
	s.webhook = r.(*webhook)
	if host == nil {
		host = fakeHost{}
	}
	require.NoError(t, r.Start(t.Context(), host))
	s.url = "http://" + s.addr.String() + cfg.Path
	t.Cleanup(func() {
		s.stop(t)
		require.NoError(t, s.tel.Shutdown(context.Background()))
	})
	return s
}

// stop ends it, twice.
func (s *served) stop(t testing.TB) {
	require.NoError(t, s.Shutdown(context.Background()))
	require.NoError(t, s.Shutdown(context.Background()))
}

// post sends a body and returns the answer.
func (s *served) post(t testing.TB, body []byte, header ...string) (int, string) {
	t.Helper()
	return s.send(t, s.request(t, body, header...))
}

func (s *served) request(t testing.TB, body []byte, header ...string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	for k := 0; k < len(header); k += 2 {
		req.Header.Set(header[k], header[k+1])
	}
	return req
}

func (s *served) send(t testing.TB, req *http.Request) (int, string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	if res.StatusCode == http.StatusServiceUnavailable {
		assert.NotEmpty(t, res.Header.Get("Retry-After"))
	}
	return res.StatusCode, string(text)
}

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return data
}

// alertOf is a body of one alert.
func alertOf(name, status string, start time.Time) []byte {
	end := "0001-01-01T00:00:00Z"
	if status == "resolved" {
		end = start.Add(time.Second).Format(time.RFC3339Nano)
	}
	return fmt.Appendf(nil, `{"version":"4","status":"firing","alerts":[{"status":%q,"labels":{"alertname":%q,"service":"payment"},"startsAt":%q,"endsAt":%q}],"truncatedAlerts":0}`,
		status, name, start.Format(time.RFC3339Nano), end)
}

func (s *served) alerts(t testing.TB) (list []event.Alert) {
	t.Helper()
	for _, lr := range s.next.records() {
		a, trust, err := eventlog.NewCodec(string(s.cfg.MACKey)).ReadAlert(lr)
		require.NoError(t, err)
		require.Equal(t, eventlog.Verified, trust)
		list = append(list, *a)
	}
	return list
}

// outcomes asserts how many alerts had which outcome.
func (s *served) outcomes(t *testing.T, want map[string]int64) {
	t.Helper()
	var points []metricdata.DataPoint[int64]
	for o, n := range want {
		points = append(points, metricdata.DataPoint[int64]{Attributes: attribute.NewSet(attribute.String("outcome", o)), Value: n})
	}
	metadatatest.AssertEqualReceiverAlertWebhookAlerts(t, s.tel, points, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
}

func (s *served) results(t *testing.T, want map[result]int64) {
	t.Helper()
	var points []metricdata.DataPoint[int64]
	for r, n := range want {
		points = append(points, metricdata.DataPoint[int64]{Attributes: attribute.NewSet(attribute.String("result", string(r))), Value: n})
	}
	metadatatest.AssertEqualReceiverAlertWebhookRequests(t, s.tel, points, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
}

func TestAlertsBecomeSignedEvents(t *testing.T) {
	s := serve(t, nil, nil)
	status, text := s.post(t, testdata(t, "alertmanager.json"))
	require.Equal(t, http.StatusOK, status, text)
	assert.JSONEq(t, `{"passed":2}`, text)
	list := s.alerts(t)
	require.Len(t, list, 2)
	assert.Equal(t, "shop/cart", list[0].Entity.String())
	assert.Equal(t, event.AlertResolved, list[1].Status)
	lr := s.next.records()[0]
	assert.Equal(t, "HighErrorRate firing on shop/cart", lr.Body().Str())
	assert.Equal(t, "alertmanager", lr.Attributes().AsRaw()["otelheal.alert.sender"])
	assert.NotContains(t, lr.Attributes().AsRaw(), "otelheal.alert.truncated")
	assert.True(t, time.Since(time.UnixMilli(int64(gauge(t, s)*1000))).Abs() < time.Minute)
}

func gauge(t *testing.T, s *served) float64 {
	m, err := s.tel.GetMetric("otelcol_receiver_alert_webhook_last_success")
	require.NoError(t, err)
	return m.Data.(metricdata.Gauge[float64]).DataPoints[0].Value
}

// A pair of senders, and one that repeats itself, give one event each.
func TestRepetitionsArePassedOnce(t *testing.T) {
	s := serve(t, nil, nil)
	for range 3 {
		status, _ := s.post(t, testdata(t, "grafana.json"))
		require.Equal(t, http.StatusOK, status)
	}
	assert.Len(t, s.alerts(t), 2)
	s.outcomes(t, map[string]int64{"passed": 2, "duplicate": 4})
	start := time.Now().Add(-time.Hour)
	for _, status := range []string{"firing", "resolved", "firing"} {
		code, _ := s.post(t, alertOf("Slow", status, start))
		require.Equal(t, http.StatusOK, code)
	}
	s.outcomes(t, map[string]int64{"passed": 4, "duplicate": 4, "outdated": 1})
}

func TestTruncatedListIsSaid(t *testing.T) {
	s := serve(t, nil, nil)
	status, _ := s.post(t, testdata(t, "alertmanager-truncated.json"))
	require.Equal(t, http.StatusOK, status)
	metadatatest.AssertEqualReceiverAlertWebhookTruncated(t, s.tel, []metricdata.DataPoint[int64]{{Value: 2}}, metricdatatest.IgnoreTimestamp(), metricdatatest.IgnoreExemplars())
	for _, lr := range s.next.records() {
		assert.EqualValues(t, 2, lr.Attributes().AsRaw()["otelheal.alert.truncated"])
	}
}

// Alerts that blame nobody are passed on for people, and counted by reason.
func TestIgnoredAlertsArePassedOnMarked(t *testing.T) {
	s := serve(t, func(c *Config) { c.Scope.Services = []string{"payment"} }, nil)
	for _, name := range []string{"grafana-nodata.json", "grafana-test.json", "alertmanager.json"} {
		status, _ := s.post(t, testdata(t, name))
		require.Equal(t, http.StatusOK, status)
	}
	status, text := s.post(t, []byte(`{"alerts":[{"status":"firing","labels":{"alertname":"A"}}]}`))
	assert.Equal(t, http.StatusOK, status)
	assert.JSONEq(t, `{"passed":0,"ignored":{"no_target":1}}`, text)
	s.outcomes(t, map[string]int64{"monitoring": 3, "test": 1, "out_of_scope": 1, "passed": 1, "no_target": 1})
	for _, a := range s.alerts(t) {
		assert.Equal(t, a.Ignored == "", a.Entity.Service == "payment", a.Name)
	}
}

// A sender with a scope can't end another's alert by using its fingerprint.
func TestFingerprintsOfAScopeAreItsOwn(t *testing.T) {
	body := []byte(`{"alerts":[{"status":"firing","labels":{"service":"payment"},"fingerprint":"f"}]}`)
	open, scoped := serve(t, nil, nil), serve(t, func(c *Config) { c.Scope.Services = []string{"payment"} }, nil)
	for _, s := range []*served{open, scoped} {
		status, _ := s.post(t, body)
		require.Equal(t, http.StatusOK, status)
	}
	assert.Equal(t, "f", open.alerts(t)[0].Fingerprint)
	assert.Equal(t, scoped.set.ID.String()+":f", scoped.alerts(t)[0].Fingerprint)
}

func TestMappedBody(t *testing.T) {
	s := serve(t, func(c *Config) {
		m := c.Mapping.GetOrInsertDefault()
		m.Alerts, m.Status, m.Firing, m.Resolved = "incidents", "state", []string{"triggered"}, []string{"closed"}
		m.Fingerprint, m.StartsAt, m.EndsAt, m.LabelsFrom = "id", "opened", "closed", "tags"
		m.Labels = map[string]string{"alertname": "title", "service": `affected.0.app\.name`, "service_namespace": "affected.0.ns"}
	}, nil)
	s.now = func() time.Time { return time.Unix(1795600000, 0) }
	status, text := s.post(t, testdata(t, "other.json"))
	require.Equal(t, http.StatusOK, status, text)
	require.Len(t, s.alerts(t), 2)
	assert.Equal(t, "shop/payment", s.alerts(t)[0].Entity.String())
	assert.Equal(t, "mapped", s.next.records()[0].Attributes().AsRaw()["otelheal.alert.sender"])
}

// 200 is said only after the pipelines took the alerts; until then it is 503, and
// what was not taken is no duplicate.
func TestFullPipelineIsTriedAgain(t *testing.T) {
	s := serve(t, nil, nil)
	s.next.fail(errors.New("queue of http://user:hunter2@backend is full"), errors.New("full"))
	for range 2 {
		status, text := s.post(t, testdata(t, "alertmanager.json"))
		assert.Equal(t, http.StatusServiceUnavailable, status)
		assert.NotContains(t, text, "hunter2")
	}
	assert.Empty(t, s.alerts(t))
	status, _ := s.post(t, testdata(t, "alertmanager.json"))
	assert.Equal(t, http.StatusOK, status)
	assert.Len(t, s.alerts(t), 2)
	s.outcomes(t, map[string]int64{"passed": 2})
	s.results(t, map[result]int64{resultUnavailable: 2, resultAccepted: 1})
}

func TestPipelineThatNeverTakesIt(t *testing.T) {
	s := serve(t, nil, nil)
	s.next.fail(consumererror.NewPermanent(errors.New("no")))
	status, _ := s.post(t, testdata(t, "alertmanager.json"))
	assert.Equal(t, http.StatusUnprocessableEntity, status)
	s.results(t, map[result]int64{resultRefused: 1})
}

func TestPipelineThatHangs(t *testing.T) {
	s := serve(t, func(c *Config) { c.Timeout = 50 * time.Millisecond }, nil)
	s.next.block = make(chan struct{})
	status, _ := s.post(t, testdata(t, "alertmanager.json"))
	assert.Equal(t, http.StatusServiceUnavailable, status)
	close(s.next.block)
	status, _ = s.post(t, testdata(t, "alertmanager.json"))
	assert.Equal(t, http.StatusOK, status)
}

// What can never work is said with its place, and not tried again.
func TestRequestsThatCanNeverWork(t *testing.T) {
	s := serve(t, func(c *Config) { c.Server.MaxRequestBodySize = 4096; c.MaxAlertsPerRequest = 3 }, nil)
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
		body   string
		status int
		want   string
	}{
		{"no JSON", nil, "alerts", 400, "$: no JSON, at byte 0"},
		{"another JSON", nil, `{"text":"hello"}`, 400, "configure `mapping`"},
		{"nothing of it is usable", nil, `{"alerts":[{"status":"x","labels":{"a":"b"}},{"startsAt":1.5e300}]}`, 400, "$.alerts[0].status"},
		{"too deep", nil, `{"a":` + strings.Repeat("[", 100), 400, "nested too deeply"},
		{"too many", nil, `{"alerts":[{},{},{},{}]}`, 413, "over 3 alerts"},
		{"too large", nil, `{"alerts":[` + strings.Repeat(" ", 5000) + `]}`, 413, "larger than max_request_body_size"},
		{"another path", func(r *http.Request) { r.URL.Path = "/" }, `{}`, 404, "there is nothing here"},
		{"GET", func(r *http.Request) { r.Method = http.MethodGet }, ``, 405, "alerts are posted"},
		{"a form of a browser", func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, `{}`, 415, "must be application/json"},
		{"an encoding that is not taken", func(r *http.Request) { r.Header.Set("Content-Encoding", "br-hunter2") }, `{}`, 400, "send it plain or as gzip"},
		{"no gzip", func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }, `{}`, 400, "send it plain or as gzip"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := s.request(t, []byte(tt.body))
			if tt.change != nil {
				tt.change(req)
			}
			status, text := s.send(t, req)
			assert.Equal(t, tt.status, status, text)
			assert.Contains(t, text, tt.want)
			assert.NotContains(t, text, "hunter2")
		})
	}
	assert.Empty(t, s.next.records())
	s.results(t, map[result]int64{resultMalformed: 6, resultTooLarge: 2, resultNotUnderstood: 3})
}

func TestGzip(t *testing.T) {
	s := serve(t, nil, nil)
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(testdata(t, "alertmanager.json"))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	status, text := s.post(t, b.Bytes(), "Content-Encoding", "gzip")
	require.Equal(t, http.StatusOK, status, text)
	assert.Len(t, s.alerts(t), 2)
}

// A body of several chunks is put together as it was.
func TestLongBody(t *testing.T) {
	s := serve(t, nil, nil)
	body := bytes.Replace(testdata(t, "alertmanager.json"), []byte(`"alerts":`), []byte(`"pad":"`+strings.Repeat("x", 3*chunk)+`","alerts":`), 1)
	status, text := s.post(t, body)
	require.Equal(t, http.StatusOK, status, text)
	assert.Len(t, s.alerts(t), 2)
}

// An alert that can't be used costs the others of its group nothing.
func TestOneBadAlertAmongGood(t *testing.T) {
	s := serve(t, nil, nil)
	status, text := s.post(t, []byte(`{"alerts":[{"status":"firing","labels":{"service":"a\u0000b"}},{"status":"firing","labels":{"service":"payment"}}]}`))
	require.Equal(t, http.StatusOK, status)
	assert.Contains(t, text, `"invalid":1`)
	assert.Contains(t, text, "$.alerts[0]: entity.service has control characters")
	assert.Len(t, s.alerts(t), 1)
	s.outcomes(t, map[string]int64{"passed": 1, "invalid": 1})
}
