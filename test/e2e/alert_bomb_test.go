package e2e

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

const bombLimit = 8 << 20 // max_request_body_size, as it is by default

const bombed = `
receivers:
  alert_webhook: {endpoint: HOOK}
exporters:
  nop:
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    logs: {receivers: [alert_webhook], exporters: [nop]}
`

// zipped is the part, n times, as members of one gzip file after the other.
func zipped(t *testing.T, head string, part []byte, n int, tail string) []byte {
	t.Helper()
	pack := func(data []byte) []byte {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		require.NoError(t, err)
		_, err = z.Write(data)
		require.NoError(t, err)
		require.NoError(t, z.Close())
		return b.Bytes()
	}
	return slices.Concat(pack([]byte(head)), bytes.Repeat(pack(part), n), pack([]byte(tail)))
}

// Small bodies that want to be large ones are refused, and none of them makes
// the process grow by twice the limit.
func TestAlertBombsAreRefused(t *testing.T) {
	hook := harness.Ports(t, 1)[0]
	col := harness.Start(t, harness.Config(t, bombed, "HOOK", hook))
	if _, err := os.Stat(filepath.Join("/proc", strconv.Itoa(col.PID()), "clear_refs")); err != nil {
		t.Skip("memory is read from Linux's /proc")
	}
	post := func(body []byte, encoding string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+hook+"/v1/alerts", bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		if encoding != "" {
			req.Header.Set("Content-Encoding", encoding)
		}
		client := &http.Client{Timeout: time.Minute, Transport: &http.Transport{DisableKeepAlives: true}}
		res, err := client.Do(req)
		if err != nil { // it is hung up on before it has sent everything
			return 0, err.Error()
		}
		defer res.Body.Close()
		text, _ := bufferOf(res)
		return res.StatusCode, text
	}
	for k := range 50 { // so that all is there that ordinary requests need
		status, text := post([]byte(firingBody(fmt.Sprint("A", k), `"service":"payment"`, time.Now())), "")
		require.Equal(t, http.StatusOK, status, text)
	}
	labels := []byte(strings.Repeat(`"a":"",`, (16<<20)/7))
	const alert = `{"alerts":[{"status":"firing","labels":{`
	for _, tt := range []struct {
		name, encoding string
		body           []byte
		status         int
	}{
		{"1 MiB that becomes 1 GiB", "gzip", zipped(t, `{"a":"`, make([]byte, 16<<20), 64, `"}`), http.StatusRequestEntityTooLarge},
		{"10 million labels", "gzip", zipped(t, alert, labels, 5, `"z":""}}]}`), http.StatusRequestEntityTooLarge},
		{"as many labels as the limit holds", "", []byte(alert + string(labels[:bombLimit-100-(bombLimit-100)%7]) + `"z":""}}]}`), http.StatusBadRequest},
		{"nested 10,000 deep", "", []byte(`{"alerts":` + strings.Repeat(`[`, 10000)), http.StatusBadRequest},
		{"nested as deep as the limit holds", "gzip", zipped(t, `{"alerts":`, []byte(strings.Repeat(`{"a":`, bombLimit/5-100)), 1, ``), http.StatusBadRequest},
		{"alerts without end", "gzip", zipped(t, `{"alerts":[`, bytes.Repeat([]byte(`{},`), bombLimit/3-100), 1, `{}]}`), http.StatusRequestEntityTooLarge},
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := resident(t, col.PID(), "VmRSS")
			require.NoError(t, os.WriteFile(filepath.Join("/proc", strconv.Itoa(col.PID()), "clear_refs"), []byte("5"), 0)) // the peak starts anew
			status, text := post(tt.body, tt.encoding)
			if status != 0 {
				assert.Equal(t, tt.status, status, text)
			}
			assert.Less(t, len(text), 1000)
			grown := resident(t, col.PID(), "VmHWM") - before
			t.Logf("%d KiB sent, %d: %s; grew by %d KiB", len(tt.body)>>10, status, strings.TrimSpace(text), grown>>10)
			assert.Less(t, grown, 2*bombLimit, "bytes")
			assert.True(t, col.Running())
		})
	}
	status, _ := post([]byte(firingBody("After", `"service":"payment"`, time.Now())), "")
	assert.Equal(t, http.StatusOK, status)
	require.NoError(t, col.Stop())
}

func bufferOf(res *http.Response) (string, error) {
	var b bytes.Buffer
	_, err := b.ReadFrom(res.Body)
	return b.String(), err
}

// resident reads a line of a process' status, in bytes.
func resident(t *testing.T, pid int, line string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	require.NoError(t, err)
	m := regexp.MustCompile(line + `:\s+(\d+) kB`).FindSubmatch(data)
	require.NotNil(t, m)
	n, err := strconv.Atoi(string(m[1]))
	require.NoError(t, err)
	return n << 10
}
