package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/test/harness"
)

// ward is an otelheal that supervises two victims: one that the test harms, and
// a bystander that must never notice anything. The test plays rca: it asks for
// actions over HTTP and reports how the patient does.
type ward struct {
	t      *testing.T
	dir    string
	binary string
	config string
	api    string
	col    *harness.Collector
	sign   *standardwebhooks.Webhook
	serial int
}

const wardSecret = "whsec_c2VjcmV0LW9mLWEtdGVzdC13aXRoLTMyLWJ5dGVzIQ=="

const wardConfig = `
receivers: {otelheal: {source: healer}}
exporters: {file: {path: DIR/events.jsonl, append: true, flush_interval: 50ms}}
extensions:
  healer:
    journal: {path: DIR/healer.db}
    executors: [process_executor]
    http: {endpoint: "API", signing_secrets: [SECRET]}
    guardrails: {cooldown: 1ms, cooldown_max: 1ms, budget: 100000, storm: 100000, flaps: 100000, concurrent_percent: 100}
  process_executor:
    state_directory: DIR/programs
    programs:
      - {service: patient, command: [VICTIM, PATIENT, DIR/ledger, "{instance}"], stop_timeout: 200ms,
         instances: [{id: patient-1, probe: {http: {url: "http://PATIENT/healthz"}, interval: 100ms, timeout: 100ms, failures: 2}}]}
      - {service: bystander, command: [VICTIM, BYSTANDER, DIR/ledger, "{instance}"],
         instances: [{id: bystander-1, probe: {http: {url: "http://BYSTANDER/healthz"}, interval: 100ms, timeout: 1s, failures: 2}}]}
service:
  extensions: [process_executor, healer]
  pipelines: {logs: {receivers: [otelheal], exporters: [file]}}
  telemetry: {metrics: {level: none}}
`

var (
	patient   = event.Entity{Service: "patient", Instance: "patient-1"}
	bystander = event.Entity{Service: "bystander", Instance: "bystander-1"}
)

// openWard builds otelheal with its failpoints and starts it with both victims healthy.
func openWard(t *testing.T) *ward {
	dir := t.TempDir()
	ports := harness.Ports(t, 3)
	victim := filepath.Join(dir, "victim")
	goBuild(t, "test", victim, "./e2e/victim")
	w := &ward{t: t, dir: dir, api: "http://" + ports[2], binary: filepath.Join(dir, "otelheal")}
	goBuild(t, ".", w.binary, "-tags", "failpoint", "./cmd/otelheal")
	w.config = harness.Config(t, wardConfig, "DIR", dir, "VICTIM", victim, "API", ports[2],
		"PATIENT", ports[0], "BYSTANDER", ports[1], "SECRET", wardSecret)
	var err error
	w.sign, err = standardwebhooks.NewWebhook(wardSecret)
	require.NoError(t, err)
	t.Cleanup(w.close)
	w.start("")
	w.await("both victims healthy", func() bool {
		return w.unit(patient).Status == event.AgentHealthy && w.unit(bystander).Status == event.AgentHealthy
	})
	return w
}

func goBuild(t *testing.T, dir, out string, args ...string) {
	cmd := exec.Command("go", append([]string{"build", "-o", out}, args...)...)
	cmd.Dir = filepath.Join(harness.Root(t), dir)
	text, err := cmd.CombinedOutput()
	require.NoError(t, err, string(text))
}

// start runs otelheal, to die at the failpoint if one is named.
func (w *ward) start(failpoint string) {
	w.t.Setenv("OTELHEAL_BIN", w.binary)
	w.col = harness.Launch(w.t, []string{"OTELHEAL_FAILPOINT=" + failpoint}, w.config)
}

// close ends otelheal, and the victims, which outlive it.
func (w *ward) close() {
	w.col.Kill()
	for _, start := range w.ledger() {
		_ = syscall.Kill(start.pid, syscall.SIGKILL)
	}
}

// start of a victim, as it noted it itself.
type start struct {
	name string
	pid  int
}

func (w *ward) ledger() (all []start) {
	text, _ := os.ReadFile(filepath.Join(w.dir, "ledger"))
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) == 3 {
			pid, err := strconv.Atoi(f[1])
			require.NoError(w.t, err)
			all = append(all, start{f[0], pid})
		}
	}
	return all
}

// starts of one victim.
func (w *ward) starts(e event.Entity) (pids []int) {
	for _, s := range w.ledger() {
		if s.name == e.Instance {
			pids = append(pids, s.pid)
		}
	}
	return pids
}

// get reads one answer of the API; false while there is none.
func (w *ward) get(path string, into any) bool {
	client := http.Client{Timeout: 2 * time.Second}
	res, err := client.Get(w.api + path)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	defer client.CloseIdleConnections()
	return res.StatusCode == http.StatusOK && json.NewDecoder(res.Body).Decode(into) == nil
}

// unit is the victim as the executor sees it; zero while nobody answers.
func (w *ward) unit(e event.Entity) healing.Unit {
	var units []healing.Unit
	w.get("/v1/units", &units)
	for _, u := range units {
		if u.Target.Entity.Instance == e.Instance {
			return u
		}
	}
	return healing.Unit{}
}

// request is an incident about the patient, as rca would tell it, newer with
// each call.
type request struct {
	action event.Action
	onset  time.Time
}

// harm makes the patient hang and returns what asks for its restart.
func (w *ward) harm() *request {
	unit := w.unit(patient)
	pids := w.starts(patient)
	require.NoError(w.t, syscall.Kill(pids[len(pids)-1], syscall.SIGUSR1))
	w.serial++
	id := fmt.Sprintf("harm-%d", w.serial)
	return &request{onset: time.Now(), action: event.Action{
		ID: "act-" + id, Policy: "restart", Mode: event.ModeAct, Target: unit.Target,
		Steps: []event.Step{{
			Verb: "restart", Executor: "process_executor", Timeout: event.Duration(10 * time.Second),
			VerifyWithin: event.Duration(10 * time.Second), Hold: event.Duration(300 * time.Millisecond),
		}},
		Incident: event.Incident{
			ID: id, Status: event.IncidentOpen, Settled: true, Confidence: 1,
			Cause: event.Cause{Target: unit.Target, Kind: event.KindHang}, Summary: "patient-1 hangs",
		},
	}}
}

// revise brings the request up to date with how the patient does now.
func (w *ward) revise(r *request) {
	now := time.Now()
	observed := 1.0
	if w.answers() {
		observed = 0
	}
	i := &r.action.Incident
	i.Revision++
	i.UpdatedAt = now
	i.Evidence = []event.Evidence{{
		Class: event.Seen, Signal: event.SignalState, Entity: r.action.Target.Entity, Text: "probe fails", At: now,
	}}
	i.Symptoms = []event.Symptom{{
		ID: "errors", Entity: patient, Signal: event.SignalTrace, What: "error_ratio", Band: event.Band{High: 0.05},
		Observed: observed, Demand: 10, DemandBefore: 10, Onset: r.onset, WindowStart: now.Add(-time.Millisecond), FreshAt: now,
	}}
	r.action.IssuedAt, r.action.Expires = now, now.Add(30*time.Second)
}

// answers tells whether the patient serves.
func (w *ward) answers() bool {
	client := http.Client{Timeout: 200 * time.Millisecond}
	defer client.CloseIdleConnections()
	res, err := client.Get("http://" + w.address(patient) + "/work")
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func (w *ward) address(e event.Entity) string {
	text, err := os.ReadFile(w.config)
	require.NoError(w.t, err)
	for line := range strings.Lines(string(text)) {
		if _, url, ok := strings.Cut(line, `id: `+e.Instance+`, probe: {http: {url: "http://`); ok {
			host, _, _ := strings.Cut(url, "/")
			return host
		}
	}
	return ""
}

// send submits the newest revision; true if the healer took it.
func (w *ward) send(r *request) bool {
	w.revise(r)
	body, err := json.Marshal(map[string]any{
		"specversion": "1.0", "type": healing.ActionEventType, "source": "/test", "id": r.action.ID, "data": r.action,
	})
	require.NoError(w.t, err)
	req, err := http.NewRequest(http.MethodPost, w.api+"/v1/actions", bytes.NewReader(body))
	require.NoError(w.t, err)
	now, id := time.Now(), fmt.Sprintf("%s-%d", r.action.ID, r.action.Incident.Revision)
	signature, err := w.sign.Sign(id, now, body)
	require.NoError(w.t, err)
	req.Header.Set("webhook-id", id)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	req.Header.Set("webhook-signature", signature)
	req.Header.Set("Content-Type", "application/cloudevents+json")
	client := http.Client{Timeout: 2 * time.Second}
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		return false // it is down, and tells so to nobody
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusAccepted
}

// state of the action, empty while nobody answers or knows it.
func (w *ward) state(r *request) event.State {
	var a struct {
		State event.State `json:"state"`
	}
	w.get("/v1/actions/"+r.action.ID, &a)
	return a.State
}

// await polls for something that another process does.
func (w *ward) await(what string, ok func() bool) {
	w.t.Helper()
	require.Eventually(w.t, ok, 30*time.Second, 20*time.Millisecond, what)
}
