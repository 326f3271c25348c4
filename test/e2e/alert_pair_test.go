package e2e

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/test/harness"
)

// Two Alertmanagers that do not hear of each other send everything twice. Both are
// restarted, one of them by force, and so is otelheal. Each alert comes in once and ends once, and so
// do the incidents.
func TestPairOfAlertmanagersAndRestarts(t *testing.T) {
	ports, dir := harness.Ports(t, 2), t.TempDir()
	config := harness.Config(t, alerted, "GRPC", ports[0], "HOOK", ports[1], "DIR", dir, "KEY", macKey)
	col := harness.Start(t, config)
	url := "http://" + ports[1] + "/v1/alerts"
	pair := []*alertmanager{startAlertmanager(t, url, basic), startAlertmanager(t, url, basic)}
	file := filepath.Join(dir, "alerts.jsonl")
	fired := 0
	fire := func(n int) {
		since := time.Now()
		for range n {
			name := fmt.Sprintf("A%02d", fired)
			for _, am := range pair {
				am.fire(name, since, map[string]string{"service_name": fmt.Sprintf("s%02d", fired%10), "service_namespace": "shop"})
			}
			fired++
		}
	}
	// passed counts what came in by name and status, without what our storage repeated.
	passed := func() map[string]int {
		count := map[string]int{}
		list, attributes := alertsIn(t, file)
		for k, a := range list {
			if attributes[k]["otelheal.alert.replayed"] == nil {
				count[a.Name+" "+string(a.Status)]++
			}
		}
		return count
	}
	wait := func(n int, what string) {
		require.Eventually(t, func() bool { return len(passed()) >= n }, 2*detects, 200*time.Millisecond, what)
	}

	fire(10)
	wait(10, "the first alerts")
	pair[0].restart(syscall.SIGKILL) // it does not know what it sent, and sends it again
	pair[1].restart(syscall.SIGTERM)
	fire(10)
	wait(20, "the alerts after Alertmanager's restart")
	fire(10) // some of them while otelheal is away
	require.NoError(t, col.Stop())
	fire(10)
	col = harness.Start(t, config)
	wait(40, "the alerts after otelheal's restart")
	// A restarted otelheal may call the same incident another name, so the last one
	// of each service counts.
	last := func() map[string]*event.Incident {
		of := map[string]*event.Incident{}
		for _, i := range incidentsIn(t, filepath.Join(dir, "incidents.jsonl")) {
			service := i.Cause.Target.Entity.Service
			if of[service] == nil || of[service].UpdatedAt.Before(i.UpdatedAt) {
				of[service] = i
			}
		}
		return of
	}
	each := func(ok func(*event.Incident) bool) func() bool {
		return func() bool {
			of := last()
			for _, i := range of {
				if !ok(i) {
					return false
				}
			}
			return len(of) == 10
		}
	}
	require.Eventually(t, each(func(i *event.Incident) bool { return len(i.Symptoms) == 4 }), detects, 200*time.Millisecond,
		"an alert is in no incident")
	for _, am := range pair {
		am.resolve()
	}
	wait(80, "the ends")
	require.Eventually(t, each(func(i *event.Incident) bool { return i.Status == event.IncidentResolved }), 2*detects, 200*time.Millisecond,
		"an incident is open")
	require.NoError(t, col.Stop())
	count := passed()
	assert.Len(t, count, 80)
	for what, n := range count {
		assert.Equal(t, 1, n, what)
	}
}
