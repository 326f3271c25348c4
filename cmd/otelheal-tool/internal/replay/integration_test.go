package replay

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// past is two days of two series, a value a minute, in the exposition format. The
// gauge is 0 for 20 minutes, an hour before the end.
func past(end time.Time, unit time.Duration) string {
	var depth, total strings.Builder
	from := outage(noisy(300, 8), end.Unix()-3600, end.Unix()-2400)
	sum := 0.0
	for at := end.Add(-48 * time.Hour); !at.After(end); at = at.Add(time.Minute) {
		v, _ := from(at.Unix())
		stamp := fmt.Sprint(at.UnixNano() / int64(unit))
		fmt.Fprintf(&depth, "queue_depth{job=\"shop/payment\"} %g %s\n", v, stamp)
		calm, _ := noisy(600, 20)(at.Unix())
		sum += calm
		fmt.Fprintf(&total, "sent_total{job=\"shop/cart\"} %g %s\n", sum, stamp)
	}
	return "# TYPE queue_depth gauge\n" + depth.String() + "# TYPE sent counter\n" + total.String()
}

// start runs a server until the test ends, and waits until it answers.
func start(t *testing.T, path, ready string, args ...string) {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	require.Eventually(t, func() bool {
		resp, err := http.Get(ready)
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	}, 30*time.Second, 50*time.Millisecond)
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not on PATH (Debian's package of that name has it)", name)
	}
	return path
}

// found checks what both servers must lead to.
func found(t *testing.T, address string, end time.Time) {
	t.Helper()
	said, err := run(t, "--prometheus", address, "--query", "queue_depth", "--query", "sent_total",
		"--until", end.Format(time.RFC3339), "--since", "1d", "--learn", "1d", "--step", "1m")
	require.NoError(t, err)
	assert.Contains(t, said, "2 series")
	assert.Contains(t, said, end.Add(-time.Hour).Format(time.DateTime), "the outage began then:\n%s", said)
	assert.Contains(t, said, `queue_depth{job="shop/payment"}`)
	assert.NotContains(t, said, "sent_total{", "its increase is calm:\n%s", said)
}

func TestWithPrometheus(t *testing.T) {
	path, tool := program(t, "prometheus"), program(t, "promtool")
	dir := t.TempDir()
	end := time.Now().UTC().Truncate(time.Minute).Add(-10 * time.Minute)
	metrics := filepath.Join(dir, "metrics")
	require.NoError(t, os.WriteFile(metrics, []byte(past(end, time.Second)+"# EOF\n"), 0o600))
	out, err := exec.Command(tool, "tsdb", "create-blocks-from", "openmetrics", metrics, filepath.Join(dir, "data")).CombinedOutput()
	require.NoError(t, err, string(out))
	config := filepath.Join(dir, "prometheus.yml")
	require.NoError(t, os.WriteFile(config, []byte("global: {scrape_interval: 1m}\n"), 0o600))
	address := freePort(t)
	start(t, path, "http://"+address+"/-/ready", "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address, "--storage.tsdb.retention.time=30d")
	found(t, "http://"+address, end)
}

func TestWithVictoriaMetrics(t *testing.T) {
	path := program(t, "victoria-metrics")
	end := time.Now().UTC().Truncate(time.Minute).Add(-10 * time.Minute)
	address := freePort(t)
	start(t, path, "http://"+address+"/health", "-httpListenAddr="+address, "-storageDataPath="+t.TempDir(), "-retentionPeriod=1", "-memory.allowedBytes=128MB")
	resp, err := http.Post("http://"+address+"/api/v1/import/prometheus", "text/plain", strings.NewReader(past(end, time.Millisecond)))
	require.NoError(t, err)
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	require.Equal(t, http.StatusNoContent, resp.StatusCode, string(body))
	flush, err := http.Get("http://" + address + "/internal/force_flush")
	require.NoError(t, err)
	flush.Body.Close()
	require.Eventually(t, func() bool {
		resp, err := http.Get(fmt.Sprintf("http://%s/api/v1/query?query=queue_depth&time=%d", address, end.Unix()))
		if err != nil {
			return false
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return strings.Contains(string(b), "shop/payment")
	}, 30*time.Second, 100*time.Millisecond)
	found(t, "http://"+address, end)
}
