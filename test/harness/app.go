package harness

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// App is the telemetry of a small application: a frontend that calls payment,
// 20 requests a second, one trace each, and a request counter each second.
type App struct {
	send    *Sender
	failing atomic.Bool
	sent    atomic.Int64
	refused atomic.Int64 // exports
	serial  uint64
	served  int64
	stop    context.CancelFunc
	wg      sync.WaitGroup
}

const (
	appBeat     = 100 * time.Millisecond
	appPerBeat  = 2
	appResponse = 8 * time.Millisecond
)

// RunApp sends the application's telemetry until the test ends.
func RunApp(t testing.TB, address string) *App {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a := &App{send: Dial(t, address), stop: cancel}
	a.wg.Go(func() { a.run(ctx) })
	t.Cleanup(a.Stop)
	return a
}

// Stop ends it and waits until it has ended.
func (a *App) Stop() {
	a.stop()
	a.wg.Wait()
}

// Fail makes payment answer with errors, or well again.
func (a *App) Fail(on bool) { a.failing.Store(on) }

// Sent is how many traces were acknowledged.
func (a *App) Sent() int64 { return a.sent.Load() }

// Refused is how many exports failed.
func (a *App) Refused() int64 { return a.refused.Load() }

func (a *App) run(ctx context.Context) {
	beat := time.NewTicker(appBeat)
	defer beat.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case now := <-beat.C:
			a.beat(context.WithoutCancel(ctx), now, n%10 == 0) // what was begun is sent to its end, so that it counts
		}
	}
}

func (a *App) beat(ctx context.Context, now time.Time, counted bool) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := a.send.Traces(ctx, a.traces(now)); err != nil {
		a.refused.Add(1)
	} else {
		a.sent.Add(appPerBeat)
	}
	if counted {
		if err := a.send.Metrics(ctx, a.metrics(now)); err != nil {
			a.refused.Add(1)
		}
	}
}

// traces are the requests of one beat.
func (a *App) traces(now time.Time) ptrace.Traces {
	td := ptrace.NewTraces()
	frontend := spansOf(td, "frontend")
	payment := spansOf(td, "payment")
	for range appPerBeat {
		a.serial++
		a.served++
		trace := traceID(a.serial)
		failed := a.failing.Load()
		response := appResponse + time.Duration(a.serial%5)*time.Millisecond
		add := func(to ptrace.SpanSlice, id, parent byte, kind ptrace.SpanKind, name string, inset time.Duration) ptrace.Span {
			s := to.AppendEmpty()
			s.SetTraceID(trace)
			s.SetSpanID(pcommon.SpanID{id})
			if parent != 0 {
				s.SetParentSpanID(pcommon.SpanID{parent})
			}
			s.SetKind(kind)
			s.SetName(name)
			s.SetStartTimestamp(pcommon.NewTimestampFromTime(now.Add(-response + inset)))
			s.SetEndTimestamp(pcommon.NewTimestampFromTime(now.Add(-inset)))
			if failed {
				s.Status().SetCode(ptrace.StatusCodeError)
			}
			return s
		}
		add(frontend, 1, 0, ptrace.SpanKindServer, "GET /buy", 0)
		call := add(frontend, 2, 1, ptrace.SpanKindClient, "POST", time.Millisecond)
		call.Attributes().PutStr("server.address", "payment")
		call.Attributes().PutInt("server.port", 8080)
		work := add(payment, 3, 2, ptrace.SpanKindServer, "POST /pay", 2*time.Millisecond)
		if failed {
			work.Status().SetMessage("no route to bank")
			e := work.Events().AppendEmpty()
			e.SetName("exception")
			e.SetTimestamp(work.EndTimestamp())
			e.Attributes().PutStr("exception.type", "BankError")
			e.Attributes().PutStr("exception.message", "no route to bank")
		}
	}
	return td
}

func (a *App) metrics(now time.Time) pmetric.Metrics {
	md := pmetric.NewMetrics()
	rm := md.ResourceMetrics().AppendEmpty()
	identify(rm.Resource(), "payment")
	m := rm.ScopeMetrics().AppendEmpty().Metrics().AppendEmpty()
	m.SetName("http.server.requests")
	m.SetUnit("{request}")
	sum := m.SetEmptySum()
	sum.SetIsMonotonic(true)
	sum.SetAggregationTemporality(pmetric.AggregationTemporalityCumulative)
	p := sum.DataPoints().AppendEmpty()
	p.SetTimestamp(pcommon.NewTimestampFromTime(now))
	p.SetIntValue(a.served)
	return md
}

func spansOf(td ptrace.Traces, service string) ptrace.SpanSlice {
	rs := td.ResourceSpans().AppendEmpty()
	identify(rs.Resource(), service)
	return rs.ScopeSpans().AppendEmpty().Spans()
}

func identify(r pcommon.Resource, service string) {
	r.Attributes().PutStr("service.namespace", "shop")
	r.Attributes().PutStr("service.name", service)
	r.Attributes().PutStr("service.instance.id", service+"-1")
}

func traceID(n uint64) pcommon.TraceID {
	id := pcommon.TraceID{0: 1}
	binary.BigEndian.PutUint64(id[8:], n)
	return id
}
