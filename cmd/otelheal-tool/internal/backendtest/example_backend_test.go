package backendtest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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

func startExample(t *testing.T, binary, journal string) *exampleBackend {
	b := &exampleBackend{cmd: exec.Command(binary)}
	b.cmd.Env = append(os.Environ(), "SIGNING_SECRET="+secret, "LISTEN=127.0.0.1:0", "JOURNAL="+journal)
	stderr, err := b.cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, b.cmd.Start())
	t.Cleanup(b.kill)
	line, err := bufio.NewReader(stderr).ReadString('\n')
	require.NoError(t, err)
	_, rest, ok := strings.Cut(line, "taking actions at ")
	require.True(t, ok, line)
	b.address = strings.TrimSuffix(strings.TrimSpace(rest), "/v1/actions")
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

// What it answered for it knows after a kill -9, and half a line in the journal
// hides nothing that is written after it.
func TestExampleBackendRemembers(t *testing.T) {
	binary, journal := buildExample(t), filepath.Join(t.TempDir(), "journal")
	var first message
	for life := range 3 {
		b := startExample(t, binary, journal)
		te, err := newTester(b.options())
		require.NoError(t, err)
		if life == 0 {
			first = te.message(te.acting("first"))
			require.Equal(t, healing.VerdictAccepted, te.post(t.Context(), first).receipt.Verdict)
			n, err := te.effects(t.Context())
			require.NoError(t, err)
			require.Equal(t, 1, n)
		} else {
			assert.Equal(t, healing.VerdictDuplicate, te.post(t.Context(), first).receipt.Verdict)
			assert.True(t, te.post(t.Context(), te.message(te.acting("another incident"))).taken())
			n, err := te.effects(t.Context())
			require.NoError(t, err)
			assert.Zero(t, n, "the step was done on this incarnation, in another life")
		}
		te.client.CloseIdleConnections()
		b.kill()
		f, err := os.OpenFile(journal, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString(`"message half of a li`)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
}
