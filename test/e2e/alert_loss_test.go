package e2e

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/test/harness"
)

const (
	lossRestarts = 20
	lossPerLife  = 30 // alerts; all together stay below what rca holds at once
	lossServices = 40
	lossSenders  = 4
)

// losing has its own files for each life, since a killed process leaves a last
// line that is torn.
const losing = `
extensions:
  file_storage: {directory: DIR/storage, create_directory: true}
receivers:
  alert_webhook: {endpoint: HOOK, mac_key: KEY, STORAGE}
connectors:
  rca: {mac_key: KEY}
exporters:
  file: {path: DIR/incidents-LIFE.jsonl, flush_interval: 100ms}
service:
  extensions: [file_storage]
  telemetry: {metrics: {level: none}}
  pipelines:
    logs/alerts: {receivers: [alert_webhook], exporters: [rca]}
    logs/incidents: {receivers: [rca], exporters: [file]}
`

// Alerts are sent without a pause while otelheal is restarted twenty times. Each
// one that got a 200 is in an incident: when it is asked to end it tells what is
// open, and when it is killed the next life takes up what fired.
func TestNoAlertIsLostOverRestarts(t *testing.T) {
	for _, tt := range []struct {
		name, storage string
		end           func(t *testing.T, c *harness.Collector)
	}{
		{"asked to end with nothing stored", "", func(t *testing.T, c *harness.Collector) { require.NoError(t, c.Stop()) }},
		{"killed with storage", "storage: file_storage", func(_ *testing.T, c *harness.Collector) { c.Kill() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hook, dir := harness.Ports(t, 1)[0], t.TempDir()
			start := func(life int) *harness.Collector {
				return harness.Start(t, harness.Config(t, losing, "HOOK", hook, "DIR", dir, "KEY", macKey,
					"STORAGE", tt.storage, "LIFE", strconv.Itoa(life)))
			}
			s := sendAlerts(t, "http://"+hook+"/v1/alerts")
			col := start(0)
			for life := 1; life <= lossRestarts; life++ {
				s.more(lossPerLife)
				s.waitAccepted(life*lossPerLife - lossPerLife/2) // some are under way
				tt.end(t, col)
				col = start(life)
			}
			s.waitAccepted(lossRestarts * lossPerLife)
			accepted := s.end()
			told := map[string]bool{}
			require.Eventually(t, func() bool {
				for life := range lossRestarts + 1 {
					for _, i := range incidentsIn(t, filepath.Join(dir, "incidents-"+strconv.Itoa(life)+".jsonl")) {
						for _, sym := range i.Symptoms {
							if fp, ok := strings.CutPrefix(sym.ID, "alert:"); ok && sym.Entity == serviceOf(fp) {
								told[fp] = true
							}
						}
					}
				}
				return len(told) >= len(accepted)
			}, detects, 500*time.Millisecond, "%d of %d are in an incident", len(told), len(accepted))
			for _, fp := range accepted {
				assert.True(t, told[fp], "alert %s got a 200 and is in no incident", fp)
			}
			t.Logf("%d alerts accepted over %d restarts, %d answers of 503, %d requests without an answer",
				len(accepted), lossRestarts, s.unavailable, s.failed)
			require.NoError(t, col.Stop())
		})
	}
}

// serviceOf is the service that the alert with a fingerprint is about.
func serviceOf(fingerprint string) event.Entity {
	n, _ := strconv.ParseUint(fingerprint, 16, 64)
	return event.Entity{Namespace: "shop", Service: fmt.Sprintf("s%02d", n%lossServices)}
}

// alertSenders post alerts, each again and again until it is accepted.
type alertSenders struct {
	url    string
	tokens chan uint64
	stop   chan struct{}
	done   sync.WaitGroup

	mu                  sync.Mutex // guards what follows
	accepted            []string
	unavailable, failed int
	serial              uint64
	t                   *testing.T
}

func sendAlerts(t *testing.T, url string) *alertSenders {
	s := &alertSenders{t: t, url: url, tokens: make(chan uint64, 10000), stop: make(chan struct{})}
	for range lossSenders {
		s.done.Go(s.run)
	}
	t.Cleanup(func() { s.end() })
	return s
}

// more lets n further alerts be sent.
func (s *alertSenders) more(n int) {
	for range n {
		s.serial++
		s.tokens <- s.serial
	}
}

func (s *alertSenders) waitAccepted(n int) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.accepted) >= n
	}, 30*time.Second, 5*time.Millisecond)
}

// end stops the senders and returns what was accepted.
func (s *alertSenders) end() []string {
	select {
	case <-s.stop:
	default:
		close(s.stop)
	}
	s.done.Wait()
	return s.accepted
}

func (s *alertSenders) run() {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		select {
		case <-s.stop:
			return
		case n := <-s.tokens:
			fp := fmt.Sprintf("%016x", n)
			body := fmt.Sprintf(`{"version":"4","alerts":[{"status":"firing","labels":{"alertname":"A%d","job":"%s"},"startsAt":%q,"endsAt":"0001-01-01T00:00:00Z","fingerprint":%q}]}`,
				n, serviceOf(fp), time.Now().Format(time.RFC3339Nano), fp)
			for !s.post(client, fp, body) {
				select {
				case <-s.stop:
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
		}
	}
}

func (s *alertSenders) post(client *http.Client, fp, body string) bool {
	res, err := client.Post(s.url, "application/json", strings.NewReader(body))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.failed++
		return false
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	switch res.StatusCode {
	case http.StatusOK:
		s.accepted = append(s.accepted, fp)
		return true
	case http.StatusServiceUnavailable:
		s.unavailable++
	default:
		s.t.Errorf("an alert got %s", res.Status)
	}
	return false
}
