package e2e

import (
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/test/harness"
)

// An armed otelheal is told many things of payment by a sender it trusts. Only
// the alert that is about payment itself leads to a repair: no trial, no query
// that failed, and no alert of a sender that may not speak of payment. The
// ledger, which the program writes when it starts, says so.
func TestOnlyTheAlertItselfHeals(t *testing.T) {
	ports, dir := harness.Ports(t, 6), t.TempDir()
	_, metricsPort, err := net.SplitHostPort(ports[3])
	require.NoError(t, err)
	config := strings.NewReplacer(
		"receivers:\n", "receivers:\n  alert_webhook: {endpoint: HOOK, mac_key: KEY}\n  alert_webhook/bank: {endpoint: BANK, mac_key: KEY, scope: {namespaces: [bank]}}\n",
		"receivers: [otlp, otelheal], exporters: [rca]", "receivers: [otlp, otelheal, alert_webhook, alert_webhook/bank], exporters: [rca]",
		"kinds: [crash, hang, errors]", "kinds: [unknown], services: [payment]",
	).Replace(armed)
	col := harness.Start(t, harness.Config(t, config, "GRPC", ports[0], "HTTP", ports[1], "API", ports[2],
		"METRICS", metricsPort, "DIR", dir, "KEY", macKey, "HOOK", ports[4], "BANK", ports[5]))
	t.Cleanup(func() { endPrograms(t, filepath.Join(dir, "ledger")) })
	unit := waitUnit(t, ports[2])
	started := func() int {
		return len(regexp.MustCompile(`\d+\n`).FindAllString(readFile(t, filepath.Join(dir, "ledger")), -1))
	}

	now := time.Now()
	const target = `"service_name":"payment","service_namespace":"shop","service_instance_id":"payment-1"`
	post := func(address, body string) string {
		t.Helper()
		status, text := answered(t, hookRequest(t, address, body, "", "", now))
		require.Equal(t, http.StatusOK, status, text)
		return text
	}
	assert.Contains(t, post(ports[4], firingBody("TestAlert", target, now)), string(event.IgnoredTest))
	assert.Contains(t, post(ports[4], firingBody("Broken", target+`,"test":"true"`, now)), string(event.IgnoredTest))
	assert.Contains(t, post(ports[4], firingBody("DatasourceNoData", target+`,"rulename":"Broken"`, now)), string(event.IgnoredMonitoring))
	assert.Contains(t, post(ports[4], firingBody("DatasourceError", target+`,"__alert_rule_uid__":"a"`, now)), string(event.IgnoredMonitoring))
	assert.Contains(t, post(ports[5], firingBody("Broken", target, now)), string(event.IgnoredOutOfScope))
	// All of them are through when an alert about somebody else has been told of,
	// which nobody here can repair.
	post(ports[4], firingBody("Witness", `"service_name":"cart","service_namespace":"shop"`, now))
	require.Eventually(t, func() bool { return counter(t, ports[3], "connector_rca_emitted", `status="open"`) >= 1 }, detects, 100*time.Millisecond)
	for _, raw := range actions(t, ports[2]) {
		assert.NotContains(t, string(raw), "payment")
	}
	assert.Equal(t, 1, started(), "payment was touched")

	post(ports[4], firingBody("Broken", target, now.Add(time.Millisecond)))
	require.Eventually(t, func() bool { return started() == 2 }, detects, 100*time.Millisecond, "payment was not restarted")
	var list []struct {
		Action event.Action `json:"action"`
	}
	require.NoError(t, json.Unmarshal([]byte(get(t, "http://"+ports[2]+"/v1/actions")), &list))
	restarts := 0
	for _, a := range list {
		if a.Action.Target.Entity == unit.Target.Entity {
			restarts++
			assert.Equal(t, unit.Target.Incarnation, a.Action.Target.Incarnation)
		}
	}
	assert.Equal(t, 1, restarts, "%s", get(t, "http://"+ports[2]+"/v1/actions"))
	require.NoError(t, col.Stop())
}
