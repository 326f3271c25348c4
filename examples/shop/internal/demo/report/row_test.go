package report

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/events"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/judge"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/witness"
)

var injected = time.UnixMilli(1_764_000_000_000)

func finding() *judge.Finding {
	entity := events.Entity{Namespace: "shop", Service: "payment", Instance: "payment-2"}
	return &judge.Finding{
		Case:     fault.Case{Kind: fault.Hang, Place: fault.Place{Role: "payment", Service: "payment", Instance: "payment-2"}},
		Injected: injected, Ended: injected.Add(12 * time.Second),
		Detected: injected.Add(1200 * time.Millisecond), Acted: injected.Add(2100 * time.Millisecond),
		Restored: injected.Add(6 * time.Second), Verified: injected.Add(9300 * time.Millisecond),
		Cause:  events.Cause{Kind: "hang", Target: events.Target{Entity: entity, Incarnation: "102@5"}},
		Grade:  judge.GradeRight,
		Orders: []events.Outcome{{Step: "restart", Target: events.Target{Entity: entity}, At: injected.Add(2 * time.Second)}},
	}
}

func film() witness.Log {
	var l witness.Log
	for i := range 20 {
		s := witness.Second{T: injected.UnixMilli() + int64(i-3)*1000, Sent: 10, OK: 10}
		if i >= 3 && i < 9 {
			s.OK = 2
		}
		l = append(l, s)
	}
	return l
}

func TestRow(t *testing.T) {
	want := "hang     payment-2         1.2 s   2.1 s    6.0 s    9.3 s  ✓ hang\n" +
		"  restart payment-2               ███▂▂▂▂▂▂██████"
	assert.Equal(t, want, Row(finding(), film()))
}

func TestRowShowsBreachesAndWrongCauses(t *testing.T) {
	f := finding()
	f.Grade = judge.GradeWrong
	f.Breaches = []string{strings.Repeat("a long story about what went wrong ", 6)}
	f.Incidents = 2
	row := Row(f, film())
	assert.Contains(t, row, "! 2 incidents were opened")
	assert.Contains(t, row, "✗ hang payment-2")
	assert.Contains(t, row, "  ✗ a long story")
}

func TestRowOfAPage(t *testing.T) {
	f := finding()
	f.Acted, f.Verified, f.Orders, f.Paged = time.Time{}, time.Time{}, nil, true
	row := Row(f, film())
	assert.Contains(t, row, "by hand")
	assert.Contains(t, row, "called a person, did nothing")
}

func TestNothingIsWiderThanATerminal(t *testing.T) {
	f := finding()
	f.Case.Instance = "a-very-long-name-of-a-service-1"
	f.Case.Kind = fault.Frontend
	f.Cause.Target.Entity.Instance = f.Case.Instance
	f.Grade = judge.GradeWrong
	f.Breaches = []string{strings.Repeat("word ", 60)}
	long := append(film(), film()...)
	for i := range long {
		long[i].T = injected.UnixMilli() + int64(i)*100
	}
	for _, l := range strings.Split(Header()+"\n"+Row(f, long), "\n") {
		assert.LessOrEqual(t, utf8.RuneCountInString(l), Width, l)
	}
}
