package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/examples/shop/internal/ledger"
	"github.com/otelheal/otelheal/examples/shop/internal/load"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

// binary is the shop, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "shop")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "shop")
		if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%v: %s", err, out))
		}
		return m.Run()
	}())
}

// shop is a whole shop, each service a process.
type shop struct {
	t         *testing.T
	sink      *sink
	topology  *topology.Topology
	file      string
	witness   string
	processes map[string]*child
}

type child struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	done   chan struct{}
}

func startShop(t *testing.T) *shop {
	if testing.Short() {
		t.Skip("starts a dozen processes")
	}
	// Not t.TempDir: its path is too long for sockets.
	dir, err := os.MkdirTemp("", "shop")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })

	s := &shop{t: t, sink: newSink(t), file: filepath.Join(dir, "topology.json"),
		witness: filepath.Join(dir, "witness.jsonl"), processes: map[string]*child{}}
	names := map[topology.Role]string{}
	for i, role := range topology.Roles() {
		names[role] = fmt.Sprintf("svc%c", 'a'+i) // nothing may depend on the names
	}
	s.topology = topology.Standard(dir, freePorts(t), s.sink.server.URL, names)
	require.NoError(t, s.topology.Write(s.file))
	t.Cleanup(s.stopAll)

	s.start("bank", "bank")
	for _, service := range s.topology.Services {
		for _, in := range service.Instances {
			s.serve(service.Role, in.ID, "")
		}
	}
	for _, service := range s.topology.Services {
		for _, in := range service.Instances {
			s.awaitHealthy(in.Addr)
		}
	}
	s.start("load", "load", "--out", s.witness)
	s.awaitRatio(0.99, 1)
	return s
}

// freePorts finds the first of a hundred ports that are free.
func freePorts(t *testing.T) int {
	for base := 21000 + os.Getpid()%200*100; base < 60000; base += 100 {
		var open []net.Listener
		for i := range 100 {
			l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", base+i))
			if err != nil {
				break
			}
			open = append(open, l)
		}
		for _, l := range open {
			_ = l.Close()
		}
		if len(open) == 100 && reserve(base) {
			return base
		}
	}
	require.Fail(t, "no free ports")
	return 0
}

func (s *shop) serve(role topology.Role, id, release string) {
	s.start(id, "serve", "--role", string(role), "--instance", id, "--release", release)
}

func (s *shop) start(id string, args ...string) {
	p := &child{cmd: exec.Command(binary, append(args[:1:1], append([]string{"--topology", s.file}, args[1:]...)...)...), done: make(chan struct{})}
	p.cmd.Stderr = &p.stderr
	require.NoError(s.t, p.cmd.Start())
	s.processes[id] = p
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait()
	}()
}

// stop ends a process as a supervisor does, and checks that it ends well and soon.
func (s *shop) stop(id string) {
	p := s.processes[id]
	began := time.Now()
	require.NoError(s.t, p.cmd.Process.Signal(syscall.SIGTERM))
	<-p.done
	require.Less(s.t, time.Since(began), 2*time.Second, id)
	require.Zero(s.t, p.cmd.ProcessState.ExitCode(), "%s: %s", id, p.stderr.String())
	delete(s.processes, id)
}

func (s *shop) stopAll() {
	for _, p := range s.processes {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
	}
	for id, p := range s.processes {
		select {
		case <-p.done:
		case <-time.After(3 * time.Second):
			s.t.Errorf("%s had to be killed", id)
			_ = p.cmd.Process.Kill()
			<-p.done
		}
		if s.t.Failed() && p.stderr.Len() > 0 {
			s.t.Logf("%s: %.500s", id, p.stderr.String())
		}
	}
}

// instance is the number-th instance of a role.
func (s *shop) instance(role topology.Role, number int) topology.Instance {
	service, _ := s.topology.Service(role)
	return service.Instances[number-1]
}

func (s *shop) awaitHealthy(addr string) {
	require.Eventually(s.t, func() bool {
		client := http.Client{Timeout: time.Second}
		r, err := client.Get("http://" + addr + "/healthz")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	}, 5*time.Second, 20*time.Millisecond, addr)
}

// tell posts to a control socket and reports the status, 0 if there was no answer.
func tell(socket, path, body string) int {
	client := http.Client{Timeout: 3 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		},
	}}
	r, err := client.Post("http://control"+path, "application/json", strings.NewReader(body))
	if err != nil {
		return 0
	}
	_ = r.Body.Close()
	return r.StatusCode
}

func (s *shop) fault(id, kind string) int {
	return tell(s.topology.ControlSocket(id), "/fault", `{"kind":"`+kind+`"}`)
}

// seconds are the witness's lines for seconds that began after since.
func (s *shop) seconds(since time.Time) []load.Second {
	return lines(s.t, s.witness, func(l load.Second) bool { return l.UnixMs >= since.UnixMilli() })
}

func (s *shop) ledger() []ledger.Entry {
	return lines(s.t, s.topology.Ledger, func(ledger.Entry) bool { return true })
}

// lines reads the complete lines of a file that are wanted.
func lines[T any](t *testing.T, file string, wanted func(T) bool) []T {
	content, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	var all []T
	for line := range strings.Lines(string(content)) {
		if !strings.HasSuffix(line, "\n") {
			break
		}
		var l T
		require.NoError(t, json.Unmarshal([]byte(line), &l), line)
		if wanted(l) {
			all = append(all, l)
		}
	}
	return all
}

// awaitRatio waits for some seconds in a row, from now on, in which at least this share of requests was ok.
func (s *shop) awaitRatio(least float64, inARow int) {
	since := time.Now()
	require.Eventually(s.t, func() bool {
		row := 0
		for _, l := range s.seconds(since) {
			row++
			if float64(l.OK) < least*float64(l.Sent) || l.Sent == 0 {
				row = 0
			}
		}
		return row >= inARow
	}, 15*time.Second, 50*time.Millisecond, "customers are not served well")
}

// awaitTrouble waits for a second, from now on, in which fewer than this share of requests was ok.
func (s *shop) awaitTrouble(most float64) {
	since := time.Now()
	require.Eventually(s.t, func() bool {
		for _, l := range s.seconds(since) {
			if float64(l.OK) < most*float64(l.Sent) {
				return true
			}
		}
		return false
	}, 8*time.Second, 50*time.Millisecond, "customers notice nothing")
}
