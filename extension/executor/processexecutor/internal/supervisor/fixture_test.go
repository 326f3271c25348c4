//go:build linux

package supervisor

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap/zaptest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/proc"
	"github.com/otelheal/otelheal/healing"
)

// stage is a program "shop/pay" with its directory, links and ledger.
type stage struct {
	t     *testing.T
	dir   string
	set   Settings
	addrs map[string]string

	mu      sync.Mutex
	states  []event.AgentState
	changes []event.Change
}

func newStage(t *testing.T, instances ...string) *stage {
	t.Helper()
	st := &stage{t: t, dir: t.TempDir(), addrs: map[string]string{}}
	exe, err := os.Executable()
	require.NoError(t, err)
	for _, v := range []string{"v1", "v2", "sick"} {
		require.NoError(t, os.MkdirAll(filepath.Join(st.dir, "releases", v), 0o700))
	}
	require.NoError(t, os.WriteFile(filepath.Join(st.dir, "releases", "sick", "sick"), nil, 0o600))
	st.link("v1")
	p := Program{
		Namespace: "shop", Service: "pay", Command: []string{exe}, Release: filepath.Join(st.dir, "current"),
		Environment: map[string]string{
			"TEST_ROLE": "program", "LEDGER": filepath.Join(st.dir, "ledger"), "INSTANCE": "{instance}", "RELEASE": "{release}",
			"GORACE": "atexit_sleep_ms=0", // else a race-built program takes a second to exit
		},
		StopTimeout: time.Second, StartTimeout: 4 * time.Second, BackoffInitial: 10 * time.Millisecond, BackoffMax: time.Second,
		LogMaxBytes: 1 << 20,
	}
	for _, id := range instances {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		addr := l.Addr().String()
		require.NoError(t, l.Close())
		st.addrs[id] = addr
		p.Instances = append(p.Instances, Instance{ID: id, Environment: map[string]string{"ADDR": addr}, Probe: &Probe{
			URL: "http://" + addr + "/healthz", Interval: 100 * time.Millisecond, Timeout: 300 * time.Millisecond, Failures: 2, Successes: 1,
		}})
	}
	st.set = Settings{Directory: filepath.Join(st.dir, "state"), Host: "here", Source: "process_executor/test", Programs: []Program{p}}
	t.Cleanup(st.killAll)
	return st
}

// killAll ends what the stage's supervisors started and nobody else will.
func (st *stage) killAll() {
	boot, err := proc.Boot()
	require.NoError(st.t, err)
	s := &Supervisor{set: st.set}
	s.setPrefix()
	all, err := proc.Find(s.prefix, boot)
	require.NoError(st.t, err)
	for _, f := range all {
		if p, err := proc.Open(f.Identity, boot); err == nil {
			_ = p.Signal(syscall.SIGKILL)
			require.Eventually(st.t, func() bool { _, ended := p.Ended(); return ended }, 5*time.Second, 10*time.Millisecond)
			p.Close()
		}
	}
}

func (st *stage) program() *Program { return &st.set.Programs[0] }

// link points the release to another directory, as a person deploys.
func (st *stage) link(name string) {
	tmp := filepath.Join(st.dir, "next")
	require.NoError(st.t, os.Symlink(filepath.Join(st.dir, "releases", name), tmp))
	require.NoError(st.t, os.Rename(tmp, filepath.Join(st.dir, "current")))
}

// start starts a supervisor that the test's end shuts down.
func (st *stage) start() *Supervisor {
	st.t.Helper()
	set := st.set
	set.Logger = zaptest.NewLogger(st.t)
	set.Publish = func(r healing.Report) {
		st.mu.Lock()
		defer st.mu.Unlock()
		if r.State != nil {
			st.states = append(st.states, *r.State)
		} else {
			st.changes = append(st.changes, *r.Change)
		}
	}
	s, err := Start(context.Background(), set)
	require.NoError(st.t, err)
	st.t.Cleanup(func() { _ = s.Shutdown(context.Background()) })
	return s
}

// otelheal runs a supervisor in a process of its own until it dies at a step.
// It returns the incarnation that its order was aimed at.
func (st *stage) otelheal(dieAt string, order *healing.Order) event.Incarnation {
	st.t.Helper()
	file := filepath.Join(st.dir, "script.json")
	b, err := json.Marshal(script{Settings: st.set, Order: order, DieAt: dieAt})
	require.NoError(st.t, err)
	require.NoError(st.t, os.WriteFile(file, b, 0o600))
	cmd := exec.Command(st.program().Command[0])
	cmd.Env = append(os.Environ(), "TEST_ROLE=supervisor", "SCRIPT="+file)
	out, err := cmd.CombinedOutput()
	require.Error(st.t, err, "%s", out)
	require.Equal(st.t, "signal: killed", err.Error(), "%s", out)
	aim, _ := os.ReadFile(file + ".order")
	return event.Incarnation(strings.TrimSpace(string(aim)))
}

// await waits until the instance has the status, outside any operation.
func (st *stage) await(s *Supervisor, id string, status event.AgentStatus) healing.Unit {
	st.t.Helper()
	var u healing.Unit
	require.Eventually(st.t, func() bool {
		u = unitOf(s, id)
		return u.Status == status && !u.Planned
	}, 15*time.Second, 10*time.Millisecond, "%s is not %s: %+v", id, status, &u)
	return u
}

func unitOf(s *Supervisor, id string) healing.Unit {
	for _, u := range s.Inventory() {
		if u.Target.Entity.Instance == id {
			return u
		}
	}
	return healing.Unit{}
}

// ledger lists the starts of an instance: one line "instance pid release" each.
func (st *stage) ledger(id string) []string {
	b, _ := os.ReadFile(filepath.Join(st.dir, "ledger"))
	var lines []string
	for l := range strings.Lines(string(b)) {
		if strings.HasPrefix(l, id+" ") {
			lines = append(lines, strings.TrimSpace(l))
		}
	}
	return lines
}

func (st *stage) ask(id, path string) {
	st.t.Helper()
	c := http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := c.Get("http://" + st.addrs[id] + path)
	if err == nil {
		_ = resp.Body.Close()
	}
}

func (st *stage) changed(kind event.ChangeKind) *event.Change {
	st.mu.Lock()
	defer st.mu.Unlock()
	for _, c := range st.changes {
		if c.Kind == kind {
			return &c
		}
	}
	return nil
}

func pidOf(u healing.Unit) int {
	var pid int
	_, _ = fmt.Sscanf(string(u.Target.Incarnation), "%d@", &pid)
	return pid
}

func order(verb string, t event.Target) healing.Order {
	now := time.Now()
	return healing.Order{
		Key: t.String() + "/" + verb, ActionID: "a1", Verb: verb, Target: t, Issued: now, Deadline: now.Add(20 * time.Second),
	}
}
