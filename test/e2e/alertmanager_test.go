package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/test/harness"
)

// alertmanager is a real one, with a pretended Prometheus that tells it each
// second what fires: an Alertmanager keeps no alerts over a restart.
type alertmanager struct {
	*server
	address string

	mu    sync.Mutex // guards what follows
	fires map[string]map[string]string
	since map[string]time.Time
	stop  chan struct{}
	done  sync.WaitGroup
}

// startAlertmanager runs Alertmanager with a receiver at url, each alert in a
// group of its own, until the test ends.
func startAlertmanager(t *testing.T, url, httpConfig string) *alertmanager {
	t.Helper()
	program := installed(t, "prometheus-alertmanager", "alertmanager")
	config := harness.Config(t, `
route: {receiver: otelheal, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
receivers:
  - name: otelheal
    webhook_configs:
      - url: URL
        send_resolved: true
        http_config: {HTTP}
`, "URL", url, "HTTP", httpConfig)
	address := harness.Ports(t, 1)[0]
	a := &alertmanager{
		server: newServer(t, program, "--config.file="+config, "--storage.path="+t.TempDir(),
			"--web.listen-address="+address, "--cluster.listen-address="),
		address: address,
		fires:   map[string]map[string]string{}, since: map[string]time.Time{}, stop: make(chan struct{}),
	}
	a.start()
	a.done.Go(a.tell)
	t.Cleanup(func() {
		close(a.stop)
		a.done.Wait()
	})
	return a
}

func (a *alertmanager) start() {
	a.t.Helper()
	a.launch()
	require.Eventually(a.t, func() bool { return get(a.t, "http://"+a.address+"/-/ready") == "OK" }, 30*time.Second, 50*time.Millisecond)
}

func (a *alertmanager) restart(how syscall.Signal) {
	a.t.Helper()
	a.end(how)
	a.start()
}

// fire makes an alert fire, since a time, until it is resolved.
func (a *alertmanager) fire(name string, since time.Time, labels map[string]string) {
	all := map[string]string{"alertname": name}
	for k, v := range labels {
		all[k] = v
	}
	a.mu.Lock()
	a.fires[name], a.since[name] = all, since
	a.mu.Unlock()
	a.post(false)
}

// resolve ends all of them.
func (a *alertmanager) resolve() {
	a.post(true)
}

// tell is Prometheus' part: it sends what fires again and again.
func (a *alertmanager) tell() {
	beat := time.NewTicker(time.Second)
	defer beat.Stop()
	for {
		select {
		case <-a.stop:
			return
		case <-beat.C:
			a.post(false)
		}
	}
}

func (a *alertmanager) post(over bool) {
	type alert struct {
		Labels   map[string]string `json:"labels"`
		StartsAt time.Time         `json:"startsAt"`
		EndsAt   time.Time         `json:"endsAt"`
	}
	a.mu.Lock()
	defer a.mu.Unlock() // so that what is resolved is not said to fire after that
	if len(a.fires) == 0 {
		return
	}
	var list []alert
	for name, labels := range a.fires {
		x := alert{labels, a.since[name], time.Now().Add(time.Minute)}
		if over {
			x.EndsAt = time.Now()
		}
		list = append(list, x)
	}
	body, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	for {
		client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		res, err := client.Post("http://"+a.address+"/api/v2/alerts", "application/json", bytes.NewReader(body))
		if err == nil {
			_, _ = io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				break
			}
			err = fmt.Errorf("%s", res.Status)
		}
		if !over { // it is down, and hears it the next time
			return
		}
		a.t.Logf("Alertmanager is told again what is over: %v", err)
	}
	if over {
		clear(a.fires)
	}
}
