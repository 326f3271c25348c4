package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"

	"github.com/otelheal/otelheal/examples/shop/release"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

// Each trouble is noticed by customers, and gone after a restart; nothing that is exported says that it was made.
func TestTroubleThatARestartMends(t *testing.T) {
	t.Parallel()
	s := startShop(t)
	before := vocabularyOf(s.sink.messages())
	for _, c := range []struct {
		kind   string
		role   topology.Role
		most   float64 // share of requests that is ok
		during func(id, addr string)
	}{
		{kind: "hang", role: topology.RolePayment, most: 0.95, during: func(id, addr string) {
			_, err := (&http.Client{Timeout: time.Second}).Get("http://" + addr + "/healthz")
			assert.Error(t, err, "a process that hangs answers no health check")
			n := s.sink.metricNames(id)["process.cpu.time"]
			assert.Eventually(t, func() bool { return s.sink.metricNames(id)["process.cpu.time"] >= n+2 }, 4*time.Second, 50*time.Millisecond, "it still exports metrics")
		}},
		{kind: "slow", role: topology.RoleFrontend, most: 0.9, during: func(_, addr string) { s.awaitHealthy(addr) }},
		{kind: "errors", role: topology.RoleCart, most: 0.8, during: func(id, addr string) {
			s.awaitHealthy(addr)
			s.awaitException(id, "runtime.boundsError")
		}},
		{kind: "cpu", role: topology.RoleInventory, most: 0.95, during: func(string, string) {}},
		{kind: "memory", role: topology.RoleCart, most: 0.95, during: func(string, string) {}},
	} {
		t.Log(c.kind)
		in := s.instance(c.role, 1)
		require.Equal(t, http.StatusNoContent, s.fault(in.ID, c.kind))
		s.awaitTrouble(c.most)
		c.during(in.ID, in.Addr)
		s.stop(in.ID)
		s.serve(c.role, in.ID, "")
		s.awaitHealthy(in.Addr)
		s.awaitRatio(0.98, 2)
	}

	in := s.instance(topology.RoleCheckout, 2)
	p := s.processes[in.ID]
	s.fault(in.ID, "crash")
	<-p.done
	assert.Equal(t, 2, p.cmd.ProcessState.ExitCode())
	s.awaitTrouble(0.95)
	s.serve(topology.RoleCheckout, in.ID, "")
	s.awaitRatio(0.98, 2)

	assert.Equal(t, http.StatusBadRequest, s.fault(in.ID, "nonsense"))
	assertNothingTells(t, s.sink.messages(), before)
}

// What a restart does not mend: a release, a bank, and too many customers.
func TestTroubleThatARestartDoesNotMend(t *testing.T) {
	t.Parallel()
	s := startShop(t)
	before := vocabularyOf(s.sink.messages())

	t.Log("release")
	good, bad := filepath.Join(filepath.Dir(s.file), "v1"), filepath.Join(filepath.Dir(s.file), "v2")
	require.NoError(t, release.Write(good, "v1", true))
	require.NoError(t, release.Write(bad, "v2", false))
	install := func(dir string) {
		for n := range 2 {
			in := s.instance(topology.RolePayment, n+1)
			s.stop(in.ID)
			s.serve(topology.RolePayment, in.ID, dir)
			s.awaitHealthy(in.Addr)
		}
	}
	install(bad)
	s.awaitTrouble(0.9)
	s.awaitException(s.instance(topology.RolePayment, 1).ID, "*money.UnknownCurrencyError")
	install(bad)
	s.awaitTrouble(0.9)
	install(good)
	s.awaitRatio(0.98, 2)

	t.Log("bank")
	require.Equal(t, http.StatusNoContent, s.fault("bank", "refuse"))
	s.awaitTrouble(0.8)
	require.Equal(t, http.StatusNoContent, s.fault("bank", "none"))
	s.awaitRatio(0.98, 2)

	t.Log("customers")
	front := "http://" + s.instance(topology.RoleFrontend, 1).Addr + "/admin/degrade"
	degrade := func(body string) int {
		r, err := http.Post(front, "application/json", strings.NewReader(body))
		require.NoError(t, err)
		_ = r.Body.Close()
		return r.StatusCode
	}
	require.Equal(t, http.StatusNoContent, tell(s.topology.LoadControl, "/rate", `{"factor":5}`))
	s.awaitTrouble(0.3)
	require.Equal(t, http.StatusOK, degrade(`{"level":1}`))
	s.awaitRatio(0.98, 2)
	last := s.seconds(time.Now().Add(-4 * time.Second))
	assert.Greater(t, last[len(last)-1].Sent, 100)
	assert.Equal(t, http.StatusBadRequest, degrade(`{"level":2}`))
	require.Equal(t, http.StatusNoContent, tell(s.topology.LoadControl, "/rate", `{"factor":1}`))
	require.Equal(t, http.StatusOK, degrade(`{"level":0}`))
	s.awaitRatio(0.98, 2)

	assertNothingTells(t, s.sink.messages(), before)
}

// awaitException waits for a span with an exception and an error log of the same trace, both with a stack trace.
func (s *shop) awaitException(instance, kind string) {
	require.Eventually(s.t, func() bool {
		onSpans := map[string]bool{}
		for _, sp := range s.sink.spans() {
			for _, e := range sp.Events {
				a := texts(e.Attributes)
				if sp.resource["service.instance.id"] == instance && a["exception.type"] == kind && strings.Contains(a["exception.stacktrace"], "money.(*Table)") {
					onSpans[string(sp.TraceId)] = true
				}
			}
		}
		for _, r := range s.sink.records() {
			a := texts(r.Attributes)
			if onSpans[string(r.TraceId)] && r.SeverityNumber == logs.SeverityNumber_SEVERITY_NUMBER_ERROR &&
				a["exception.type"] == kind && a["exception.stacktrace"] != "" && a["exception.message"] != "" {
				return true
			}
		}
		return false
	}, 5*time.Second, 100*time.Millisecond)
}
