package backendtest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// exampleBackend is examples/backend as a process of its own.
type exampleBackend struct {
	cmd     *exec.Cmd
	address string // http://127.0.0.1:port
}

func buildExample(t *testing.T) string {
	binary := filepath.Join(t.TempDir(), "backend")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, "github.com/otelheal/otelheal/examples/backend").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}

func startExample(t *testing.T, binary, disk string) *exampleBackend {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	b := &exampleBackend{cmd: exec.Command(binary), address: "http://" + address}
	b.cmd.Env = append(os.Environ(), "SIGNING_SECRET="+secret, "LISTEN="+address, "JOURNAL="+disk)
	require.NoError(t, b.cmd.Start())
	t.Cleanup(b.kill)
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, 20*time.Second, 20*time.Millisecond)
	return b
}

// kill is kill -9.
func (b *exampleBackend) kill() {
	if b.cmd.ProcessState == nil {
		_ = b.cmd.Process.Kill()
		_ = b.cmd.Wait()
	}
}

func (b *exampleBackend) options() Options {
	return Options{
		Endpoint: b.address + "/v1/actions", Effects: b.address + "/effects", Secret: secret, Timeout: 5 * time.Second,
		Act: true, Verb: "restart", Executor: "some_executor",
		Target: event.Target{Entity: event.Entity{Service: "payment"}, Incarnation: "1@1"},
	}
}

func TestExampleBackendKeepsTheContract(t *testing.T) {
	b := startExample(t, buildExample(t), filepath.Join(t.TempDir(), "journal"))
	found := run(t, b.options())
	assert.Empty(t, found[Fail])
	assert.Empty(t, found[Unseen])
}

// What it answered for it knows after a kill -9, and what it did it does not do
// again for another incident.
func TestExampleBackendRemembers(t *testing.T) {
	binary, disk := buildExample(t), filepath.Join(t.TempDir(), "backend.db")
	var first message
	for life := range 2 {
		b := startExample(t, binary, disk)
		te, err := newTester(b.options())
		require.NoError(t, err)
		want := 0
		if life == 0 {
			first = te.message(te.acting("first"))
			require.Equal(t, healing.VerdictAccepted, te.post(t.Context(), first).receipt.Verdict)
			want = 1
		} else {
			assert.Equal(t, healing.VerdictDuplicate, te.post(t.Context(), first).receipt.Verdict)
			assert.True(t, te.post(t.Context(), te.message(te.acting("another incident"))).taken())
		}
		n, err := te.effects(t.Context())
		require.NoError(t, err)
		assert.Equal(t, want, n, "in life %d", life)
		te.client.CloseIdleConnections()
		b.kill()
	}
}

// An action that begins as unsettled is acted on once it is settled, and once;
// one that is over is not acted on by a revision that comes late.
func TestExampleBackendGoesByRevisions(t *testing.T) {
	b := startExample(t, buildExample(t), filepath.Join(t.TempDir(), "backend.db"))
	te, err := newTester(b.options())
	require.NoError(t, err)
	defer te.client.CloseIdleConnections()
	done := 0
	for _, want := range []struct {
		action   string
		revision uint64
		settled  bool
		status   event.IncidentStatus
		verdict  healing.Verdict
		state    event.State
		effects  int
	}{
		{"over", 5, true, event.IncidentResolved, healing.VerdictAccepted, event.StateRefused, 0},
		{"over", 4, true, event.IncidentOpen, healing.VerdictDuplicate, event.StateRefused, 0},
		{"grows", 1, false, event.IncidentOpen, healing.VerdictAccepted, event.StateRequested, 0},
		{"grows", 2, true, event.IncidentOpen, healing.VerdictAccepted, event.StateInconclusive, 1},
		{"grows", 3, true, event.IncidentOpen, healing.VerdictDuplicate, event.StateInconclusive, 0},
	} {
		a := te.acting(want.action)
		a.Incident.Revision, a.Incident.Settled, a.Incident.Status = want.revision, want.settled, want.status
		assert.Equal(t, want.verdict, te.post(t.Context(), te.message(a)).receipt.Verdict)
		o, _, err := te.ask(t.Context(), a.ID)
		require.NoError(t, err)
		assert.Equal(t, want.state, o.State)
		done += want.effects
		n, err := te.effects(t.Context())
		require.NoError(t, err)
		assert.Equal(t, done, n, "%s at revision %d", want.action, want.revision)
	}
}
