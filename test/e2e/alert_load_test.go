package e2e

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

const (
	loadAlerts = 5000
	loadRate   = 1000 // a second, one a request
	loadConns  = 8
)

// A thousand alerts a second, each a request of its own, into the receiver and
// on to rca, on one processor. All are accepted; how long that took is told, and
// judged by people, since this machine may be busy with other things.
func TestThousandAlertsASecond(t *testing.T) {
	ports, dir := harness.Ports(t, 2), t.TempDir()
	config := harness.Config(t, strings.ReplaceAll(alerted, "    auth: {authenticator: basicauth}\n", ""),
		"GRPC", ports[0], "HOOK", ports[1], "DIR", dir, "KEY", macKey)
	col := harness.Launch(t, []string{"GOMAXPROCS=1"}, config)
	col.WaitLog("Everything is ready")
	url := "http://" + ports[1] + "/v1/alerts"
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: loadConns}}
	defer client.CloseIdleConnections()

	began := time.Now()
	due := make(chan int, loadAlerts)
	go func() { // each is due at its time, whether those before were answered or not
		defer close(due)
		beat := time.NewTicker(10 * time.Millisecond)
		defer beat.Stop()
		for sent := 0; sent < loadAlerts; {
			now := <-beat.C
			for ; sent < min(loadAlerts, int(now.Sub(began)*loadRate/time.Second)); sent++ {
				due <- sent
			}
		}
	}()
	var mu sync.Mutex // guards took and statuses
	var took []time.Duration
	statuses := map[int]int{}
	var senders sync.WaitGroup
	for range loadConns {
		senders.Go(func() {
			for n := range due {
				// 500 alerts that fire and end by turns.
				k, status, end := n%500, "firing", "0001-01-01T00:00:00Z"
				since := began.Add(time.Duration(n/1000) * time.Millisecond)
				if n/500%2 == 1 {
					status, end = "resolved", time.Now().Format(time.RFC3339Nano)
				}
				body := fmt.Sprintf(`{"version":"4","status":%q,"alerts":[{"status":%q,"labels":{"alertname":"A%d","job":"shop/s%d"},"annotations":{"summary":"it is slow"},`+
					`"startsAt":%q,"endsAt":%q,"generatorURL":"","fingerprint":"%016x"}],"groupLabels":{},"truncatedAlerts":0}`,
					status, status, k, k%40, since.Format(time.RFC3339Nano), end, k)
				scheduled := began.Add(time.Duration(n) * time.Second / loadRate)
				res, err := client.Post(url, "application/json", strings.NewReader(body))
				code := 0
				if err == nil {
					code = res.StatusCode
					_, _ = io.Copy(io.Discard, res.Body)
					res.Body.Close()
				}
				mu.Lock()
				statuses[code]++
				took = append(took, time.Since(scheduled))
				mu.Unlock()
			}
		})
	}
	senders.Wait()
	lasted := time.Since(began)
	slices.Sort(took)
	at := func(q float64) time.Duration {
		return took[min(len(took)-1, int(q*float64(len(took))))].Round(100 * time.Microsecond)
	}
	t.Logf("%d alerts in %s: %.0f a second on one processor; from due to answered p50 %s, p99 %s, longest %s (due in steps of 10 ms)",
		loadAlerts, lasted.Round(time.Millisecond), loadAlerts/lasted.Seconds(), at(0.5), at(0.99), at(1))
	assert.Equal(t, map[int]int{http.StatusOK: loadAlerts}, statuses)
	require.NoError(t, col.Stop())
}
