package rca

import (
	"encoding/binary"
	"fmt"
	"math/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// plainApp is an application as it was never prepared for us: spans of no kind and
// with no status, services of several instances, log lines without a level that
// errors would have. Entry calls orders, orders calls stock; all answer 200.
type plainApp struct {
	e      *Engine
	now    time.Time
	rnd    *rand.Rand
	serial uint64
	bad    func(instance int) bool // of orders: it ends after its first line
	kinds  bool
}

func newPlainApp(kinds bool) *plainApp {
	return &plainApp{
		e: New(Settings{}), now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), rnd: rand.New(rand.NewSource(7)),
		bad: func(int) bool { return false }, kinds: kinds,
	}
}

func (a *plainApp) id() (b [8]byte) {
	a.serial++
	binary.BigEndian.PutUint64(b[:], a.serial)
	return b
}

func (a *plainApp) request() {
	var trace [16]byte
	a.serial++
	binary.BigEndian.PutUint64(trace[8:], a.serial)
	n := a.rnd.Intn(2)
	at := a.now
	ms := func(n float64) time.Duration { return time.Duration(n * (0.5 + a.rnd.Float64()) * 1e6) }
	kind := func(k SpanKind) SpanKind {
		if a.kinds {
			return k
		}
		return KindUnspecified
	}
	span := func(service string, instance int, k SpanKind, name string, parent [8]byte, start, end time.Time) [8]byte {
		id := a.id()
		a.e.AddSpan(&Span{
			TraceID: trace, SpanID: id, ParentID: parent, Kind: kind(k), Name: name, Start: start, End: end,
			Entity: event.Entity{Service: service, Instance: fmt.Sprint(service, "-", instance)},
		}, a.now)
		return id
	}
	logLine := func(instance int, id [8]byte, at time.Time, text string) {
		a.e.AddLog(&Log{
			TraceID: trace, SpanID: id, At: at, Text: text, Entity: event.Entity{Service: "orders", Instance: fmt.Sprint("orders-", instance)},
		}, a.now)
	}
	total := ms(20)
	root := span("entry", 0, KindServer, "GET /buy", [8]byte{}, at.Add(-total-ms(4)), at)
	call := span("entry", 0, KindClient, "HTTP GET", root, at.Add(-total), at.Add(-ms(1)))
	order := span("orders", n, KindServer, "PUT /orders/{id}", call, at.Add(-total+ms(1)), at.Add(-ms(2)))
	logLine(n, order, at.Add(-total+ms(2)), fmt.Sprintf("order %d begins", a.serial))
	if a.bad(n) {
		logLine(n, order, at.Add(-total+ms(3)), "nothing to do")
		return
	}
	ask := span("orders", n, KindClient, "HTTP GET", order, at.Add(-total+ms(4)), at.Add(-ms(4)))
	span("stock", 0, KindServer, "GET /stock/{id}", ask, at.Add(-total+ms(5)), at.Add(-ms(5)))
	logLine(n, order, at.Add(-ms(2)), fmt.Sprintf("order %d is done", a.serial))
}

func (a *plainApp) run(d time.Duration) (list []event.Incident) {
	for end := a.now.Add(d); a.now.Before(end); {
		a.now = a.now.Add(250 * time.Millisecond)
		for range 2 {
			a.request()
		}
		list = append(list, a.e.Tick(a.now)...)
	}
	return list
}

func (a *plainApp) complain() {
	a.e.AddAlert(event.Alert{
		Fingerprint: "1", Name: "UsersComplain", Status: event.AlertFiring, StartsAt: a.now, Entity: event.Entity{Service: "entry"},
	}, a.now)
}

func TestAFaultWithoutAnyErrorIsFoundOnceSomebodyComplains(t *testing.T) {
	for _, kinds := range []bool{true, false} {
		for _, f := range []struct {
			name  string
			bad   func(int) bool
			cause string
		}{
			{"one instance", func(n int) bool { return n == 1 }, "orders-1"},
			{"all instances", func(int) bool { return true }, "orders"},
		} {
			t.Run(fmt.Sprint(f.name, ", kinds ", kinds), func(t *testing.T) {
				t.Parallel()
				a := newPlainApp(kinds)
				require.Empty(t, a.run(3*time.Minute), "nothing is wrong")
				a.bad = f.bad
				a.complain()
				list := a.run(40 * time.Second)
				require.NotEmpty(t, list)
				last := list[len(list)-1]
				require.NoError(t, last.Validate())
				assert.Equal(t, f.cause, last.Cause.Target.Entity.String())
				assert.Equal(t, event.KindErrors, last.Cause.Kind)
				assert.Contains(t, last.Cause.Inner, "begins")
				assert.GreaterOrEqual(t, last.Confidence, 0.85)
				t.Log(last.Summary, last.Cause.Why, last.Confidence)
			})
		}
	}
}

func TestNoComplaintNoIncident(t *testing.T) {
	a := newPlainApp(false)
	a.run(2 * time.Minute)
	a.bad = func(int) bool { return true }
	assert.Empty(t, a.run(time.Minute), "rankings open nothing")
}

// A million templates, operations and services that never come again must not
// take the place of what comes always, nor more memory than was given.
func TestHostileVarietyIsBounded(t *testing.T) {
	e := New(Settings{MaxBytes: 16 << 20})
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	var id uint64
	for range 90 {
		now = now.Add(time.Second)
		for k := range 300 {
			id++
			s := Span{
				Kind: KindServer, Name: fmt.Sprintf("%x-op", id*2654435761), Start: now.Add(-time.Millisecond), End: now,
				Entity: event.Entity{Service: fmt.Sprint("s", id%5000), Instance: fmt.Sprint("i", id)},
			}
			binary.BigEndian.PutUint64(s.TraceID[:], id)
			binary.BigEndian.PutUint64(s.SpanID[:], uint64(k+1))
			e.AddSpan(&s, now)
			e.AddLog(&Log{
				TraceID: s.TraceID, SpanID: s.SpanID, Entity: s.Entity, At: now,
				Text: fmt.Sprintf("%c%c%c%c %c%c", 'a'+id%26, 'a'+id/26%26, 'a'+id/676%26, 'a'+id/17576%26, 'a'+id/7%26, 'a'+id/11%26),
			}, now)
			e.AddMetric(&Metric{Entity: s.Entity, Name: fmt.Sprint("m", id), Value: 1}, now)
		}
		e.Tick(now)
	}
	st := e.Stats()
	assert.LessOrEqual(t, st.Bytes, 2*st.MaxBytes)
	assert.Positive(t, st.DroppedOther)
}
