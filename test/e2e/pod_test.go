package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/test/harness"
)

const podToken = "what-the-pod-does-not-have"

// pod is a hostile one: it may speak to OTLP on both ports, to the webhook and
// to the healer's port. It knows everything of its victim but the keys.
type pod struct {
	t                     *testing.T
	grpc, otlp, hook, api string
	unit                  healing.Unit

	mu    sync.Mutex
	tried map[string]int
	got   []string // what it should not have got
}

func (p *pod) note(door, more string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tried[door]++
	if more != "" {
		p.got = append(p.got, door+": "+more)
	}
}

// records are all kinds of events about the victim, signed with a key of its own.
func (p *pod) records() plog.Logs {
	now, codec, target := time.Now(), eventlog.NewCodec("a key that nobody here has"), p.unit.Target
	ld := forgeries(p.t, p.unit, "a key that nobody here has")
	to := ld.ResourceLogs().At(0).ScopeLogs().At(0).LogRecords()
	for _, status := range []event.AgentStatus{event.AgentHealthy, event.AgentStopped} {
		_ = codec.WriteAgentState(to.AppendEmpty(), &event.AgentState{
			Entity: target.Entity, Incarnation: target.Incarnation, Status: status, Reason: "by hand", Since: now, At: now, Source: "process_executor",
		})
	}
	for _, status := range []event.AlertStatus{event.AlertFiring, event.AlertResolved} {
		a := event.Alert{Fingerprint: "f", Name: "Broken", Status: status, Entity: target.Entity, StartsAt: now.Add(-time.Minute)}
		if status == event.AlertResolved {
			a.EndsAt = now
		}
		_ = codec.WriteAlert(to.AppendEmpty(), &a)
	}
	_ = codec.WriteChange(to.AppendEmpty(), &event.Change{Entity: target.Entity, Kind: event.ChangeRelease, From: "v1", To: "v2", By: "pod", At: now})
	_ = codec.WriteOutcome(to.AppendEmpty(), &event.Outcome{
		ActionID: "a", IncidentID: "i", State: event.StateSucceeded, Target: target, Reason: "recovered", Mode: event.ModeAct, At: now,
	})
	for k := range to.Len() { // and one without any signature
		if k%3 == 0 {
			to.At(k).Attributes().Remove("otelheal.mac")
		}
	}
	return ld
}

// spans say that the victim is well.
func (p *pod) spans() ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	for k, v := range map[string]string{"service.namespace": p.unit.Target.Entity.Namespace, "service.name": p.unit.Target.Entity.Service, "service.instance.id": p.unit.Target.Entity.Instance} {
		rs.Resource().Attributes().PutStr(k, v)
	}
	sp := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	sp.SetTraceID(pcommon.TraceID{1})
	sp.SetSpanID(pcommon.SpanID{1})
	sp.SetKind(ptrace.SpanKindServer)
	sp.SetStartTimestamp(pcommon.NewTimestampFromTime(time.Now()))
	sp.SetEndTimestamp(sp.StartTimestamp())
	return td
}

// attack tries every door once. Whatever is let in that should not be is noted.
func (p *pod) attack(ctx context.Context, otlp *harness.Sender) {
	refused := func(door string, req *http.Request) {
		req.Close = true
		client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Do(req.WithContext(ctx))
		if err != nil {
			return // the door is shut, or the pod is
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
		more := ""
		if resp.StatusCode < 400 || strings.Contains(string(body), p.unit.Target.Entity.Service) || strings.Contains(string(body), string(p.unit.Target.Incarnation)) {
			more = fmt.Sprintf("%s %s: %d %s", req.Method, req.URL.Path, resp.StatusCode, body)
		}
		p.note(door, more)
	}
	if otlp.Logs(ctx, p.records()) == nil && otlp.Traces(ctx, p.spans()) == nil {
		p.note("4317", "")
	}
	if body, err := logsBody(p.records()); err == nil {
		req, _ := http.NewRequest(http.MethodPost, "http://"+p.otlp+"/v1/logs", bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/x-protobuf")
		if resp, err := http.DefaultClient.Do(req.WithContext(ctx)); err == nil {
			answer, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			more := ""
			if len(answer) > 2 { // an empty message
				more = string(answer)
			}
			p.note("4318", more)
		}
	}
	for _, token := range []string{"", "a guess"} {
		for _, alert := range []string{
			firingBody("Broken", `"service_name":"payment","service_namespace":"shop","service_instance_id":"payment-1"`, time.Now()),
			strings.ReplaceAll(firingBody("Broken", `"service_name":"payment","service_namespace":"shop"`, time.Now()), "firing", "resolved"),
		} {
			req, _ := http.NewRequest(http.MethodPost, "http://"+p.hook+"/v1/alerts", strings.NewReader(alert))
			req.Header.Set("Content-Type", "application/json")
			if token != "" {
				req.Header.Set("Authorization", "Bearer "+token)
			}
			refused("webhook", req)
		}
		action, _ := json.Marshal(event.Action{ID: "act-1", Mode: event.ModeAct, Target: p.unit.Target})
		for path, body := range map[string]string{
			"/v1/actions": "", "/v1/incidents": "", "/v1/units": "", "/metrics": "", "/v1/actions/act-1": "", "/v1/actions/act-1/why": "",
			"/v1/actions/act-1/approve": "{}", "/v1/actions?": string(action), "//v1/units": "", "/v1/../v1/units": "",
		} {
			method := http.MethodGet
			if body != "" {
				method = http.MethodPost
			}
			req, _ := http.NewRequest(method, "http://"+p.api+path, strings.NewReader(body))
			req.Header.Set("Content-Type", "application/cloudevents+json")
			req.Header.Set("X-Forwarded-For", "127.0.0.1")
			if token != "" {
				req.Header.Set("Authorization", "Bearer "+token)
				req.Header.Set("webhook-id", "1")
				req.Header.Set("webhook-timestamp", strconv.FormatInt(time.Now().Unix(), 10))
				req.Header.Set("webhook-signature", "v1,AAAA")
			}
			refused("healer", req)
		}
	}
}

func logsBody(ld plog.Logs) ([]byte, error) { return (&plog.ProtoMarshaler{}).MarshalLogs(ld) }

// occupy holds connections that say nothing, on every door.
func (p *pod) occupy() (release func()) {
	var held []net.Conn
	for _, address := range []string{p.grpc, p.otlp, p.hook, p.api} {
		for range 50 {
			if c, err := net.DialTimeout("tcp", address, time.Second); err == nil {
				_, _ = io.WriteString(c, "POST /v1/ac")
				held = append(held, c)
			}
		}
	}
	return func() {
		for _, c := range held {
			_ = c.Close()
		}
	}
}

// A pod that may speak to every port causes no healing while all is well,
// prevents none and delays none while its victim is down, and reads nothing.
func TestHostilePod(t *testing.T) {
	ports, dir := harness.Ports(t, 5), t.TempDir()
	_, metricsPort, err := net.SplitHostPort(ports[3])
	require.NoError(t, err)
	config := strings.NewReplacer(
		"receivers:\n", "receivers:\n  alert_webhook: {endpoint: HOOK, mac_key: KEY, auth: {authenticator: bearertokenauth}}\n",
		"extensions:\n  healer", "extensions:\n  bearertokenauth: {token: TOKEN}\n  healer",
		"http: {endpoint: API}", "http: {endpoint: API, auth: {authenticator: bearertokenauth}, signing_secrets: [whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz]}",
		"extensions: [process_executor, healer]", "extensions: [bearertokenauth, process_executor, healer]",
		"receivers: [otlp, otelheal], exporters: [rca]", "receivers: [otlp, otelheal, alert_webhook], exporters: [rca]",
	).Replace(armed)
	harness.Start(t, harness.Config(t, config, "GRPC", ports[0], "HTTP", ports[1], "API", ports[2],
		"METRICS", metricsPort, "DIR", dir, "KEY", macKey, "HOOK", ports[4], "TOKEN", podToken))
	ledger := filepath.Join(dir, "ledger")
	t.Cleanup(func() { endPrograms(t, ledger) })
	starts := func() []string { return regexp.MustCompile(`\d+`).FindAllString(readFile(t, ledger), -1) }

	// ours is what a person with the token reads.
	ours := func(path string, into any) bool {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ports[2]+path, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "Bearer "+podToken)
		status, text := answered(t, req)
		return status == http.StatusOK && json.Unmarshal([]byte(text), into) == nil
	}
	var units []healing.Unit
	require.Eventually(t, func() bool { return ours("/v1/units", &units) && len(units) == 1 && units[0].Target.Incarnation != "" }, 20*time.Second, 100*time.Millisecond)

	p := &pod{t: t, grpc: ports[0], otlp: ports[1], hook: ports[4], api: ports[2], unit: units[0], tried: map[string]int{}}
	release := p.occupy()
	defer release()
	ctx, cancel := context.WithCancel(t.Context())
	sender := harness.Dial(t, ports[0])
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			p.attack(ctx, sender)
		}
	})
	stop := func() {
		cancel()
		wg.Wait()
		http.DefaultClient.CloseIdleConnections()
	}
	defer stop()
	rounds := func() int {
		p.mu.Lock()
		defer p.mu.Unlock()
		return min(p.tried["4317"], p.tried["4318"], p.tried["webhook"], p.tried["healer"])
	}

	// It causes nothing.
	require.Eventually(t, func() bool {
		return rounds() >= 50 && counter(t, ports[3], "connector_rca_unsigned_events", "") >= 500 && counter(t, ports[3], "exporter_recovery_dropped", `cause="unsigned"`) >= 100
	}, 60*time.Second, 100*time.Millisecond, "the forgeries were not counted")
	var list []struct {
		State event.State `json:"state"`
	}
	require.True(t, ours("/v1/actions", &list))
	assert.Empty(t, list)
	require.Len(t, starts(), 1, "the program was touched")

	// It prevents nothing.
	pid, err := strconv.Atoi(starts()[0])
	require.NoError(t, err)
	before := rounds()
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
	died := time.Now()
	require.Eventually(t, func() bool { return len(starts()) == 2 }, 20*time.Second, 50*time.Millisecond, "the program was not started again")
	t.Logf("started again %s after its end, while the pod goes on", time.Since(died).Round(time.Millisecond))
	assert.Less(t, time.Since(died), 10*time.Second)
	require.Eventually(t, func() bool {
		return ours("/v1/actions", &list) && len(list) == 1 && list[0].State == event.StateSucceeded && rounds() > before+20
	}, 60*time.Second, 100*time.Millisecond)
	stop()
	assert.Len(t, starts(), 2, "and once only")

	// It read nothing.
	t.Log("tried ", p.tried)
	assert.Empty(t, p.got)
	for _, lr := range harness.Records(t, filepath.Join(dir, "events.jsonl")) {
		assert.NotContains(t, lr.Body().AsString(), "by hand", "no event of the pod's became one of ours")
	}
}

// Neither the webhook nor the healer's port opens to others without a lock.
func TestNoDoorWithoutALock(t *testing.T) {
	for name, change := range map[string][]string{
		"healer":  {"http: {endpoint: API}", `http: {endpoint: "0.0.0.0:0"}`},
		"webhook": {"receivers:\n", "receivers:\n  alert_webhook: {endpoint: \"0.0.0.0:0\"}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			ports, dir := harness.Ports(t, 4), t.TempDir()
			_, metricsPort, _ := strings.Cut(ports[3], ":")
			config := strings.NewReplacer(change...).Replace(armed)
			out, err := harness.Run(t, "--config", harness.Config(t, config, "GRPC", ports[0], "HTTP", ports[1], "API", ports[2],
				"METRICS", metricsPort, "DIR", dir, "KEY", macKey))
			require.Error(t, err, "it started")
			assert.Contains(t, out, "can be reached from other hosts")
			assert.NoFileExists(t, filepath.Join(dir, "ledger"))
		})
	}
}
