package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/otelheal/otelheal/examples/shop/topology"
)

// A checkout is one trace over five services and their databases, each span's parent in it, with logs under its id.
func TestSignalsBelongTogether(t *testing.T) {
	t.Parallel()
	s := startShop(t)

	var trace map[string]span // by span id, of a complete checkout
	require.Eventually(t, func() bool {
		trace = completeCheckout(s.sink.spans())
		return trace != nil
	}, 10*time.Second, 200*time.Millisecond)

	services, databases, bank := map[string]bool{}, 0, 0
	for _, sp := range trace {
		services[sp.resource["service.name"]] = true
		attributes := texts(sp.Attributes)
		if attributes["db.system.name"] == "bbolt" {
			databases++
			assert.Equal(t, traces.Span_SPAN_KIND_CLIENT, sp.Kind)
		}
		if attributes["service.peer.name"] == "bank" {
			bank++
		}
		if len(sp.ParentSpanId) > 0 {
			assert.Contains(t, trace, string(sp.ParentSpanId), sp.Name)
		}
		for _, key := range []string{"service.namespace", "service.instance.id", "service.version", "host.name", "process.creation.time"} {
			assert.NotEmpty(t, sp.resource[key], key)
		}
		created, err := time.Parse(time.RFC3339, sp.resource["process.creation.time"])
		require.NoError(t, err)
		assert.WithinDuration(t, time.Now(), created, time.Minute)
	}
	assert.Len(t, services, 5)
	assert.GreaterOrEqual(t, databases, 3, "cart read, stock changed, cart emptied")
	assert.Equal(t, 1, bank)

	require.Eventually(t, func() bool {
		joined := 0
		for _, r := range s.sink.records() {
			for _, sp := range trace {
				if string(r.TraceId) == string(sp.TraceId) {
					joined++
					break
				}
			}
		}
		return joined >= 2 // payment booked, order placed
	}, 5*time.Second, 100*time.Millisecond)

	front := s.instance(topology.RoleFrontend, 1).ID
	require.Eventually(t, func() bool { return s.sink.metricNames(front)["process.cpu.time"] >= 3 }, 5*time.Second, 100*time.Millisecond)
	names := s.sink.metricNames(front)
	for _, name := range []string{
		"http.server.request.duration", "http.client.request.duration", "process.cpu.utilization", "process.memory.usage",
		"go.memory.used", "http.server.active_requests", "worker.queue.length",
	} {
		assert.NotZero(t, names[name], name)
	}
	assert.Empty(t, s.sink.broken)

	// Every process wrote its start, and writes its end.
	starts := map[string]int{}
	for _, e := range s.ledger() {
		assert.Equal(t, "start", e.Event)
		assert.Equal(t, s.processes[e.Instance].cmd.Process.Pid, e.PID)
		starts[e.Instance]++
	}
	assert.Len(t, starts, 10)
	s.stop(front)
	entries := s.ledger()
	assert.Equal(t, "end", entries[len(entries)-1].Event)
	assert.Equal(t, front, entries[len(entries)-1].Instance)
}

// completeCheckout finds a trace whose root is a checkout and all of whose spans have their parents.
func completeCheckout(spans []span) map[string]span {
	byTrace := map[string]map[string]span{}
	var roots []span
	for _, sp := range spans {
		id := string(sp.TraceId)
		if byTrace[id] == nil {
			byTrace[id] = map[string]span{}
		}
		byTrace[id][string(sp.SpanId)] = sp
		if len(sp.ParentSpanId) == 0 && sp.Name == "POST /checkout" {
			roots = append(roots, sp)
		}
	}
next:
	for _, root := range roots {
		trace := byTrace[string(root.TraceId)]
		services := map[string]bool{}
		for _, sp := range trace {
			services[sp.resource["service.name"]] = true
			if _, ok := trace[string(sp.ParentSpanId)]; !ok && len(sp.ParentSpanId) > 0 {
				continue next
			}
		}
		if len(services) == 5 {
			return trace
		}
	}
	return nil
}
