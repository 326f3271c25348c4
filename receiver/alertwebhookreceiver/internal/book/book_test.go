package book

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

var t0 = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)

const hold = 5 * time.Minute

func at(minutes int) time.Time { return t0.Add(time.Duration(minutes) * time.Minute) }

func fires(fp string, start time.Time) event.Alert {
	return event.Alert{Fingerprint: fp, Status: event.AlertFiring, StartsAt: start}
}

func resolved(fp string, start, end time.Time) event.Alert {
	return event.Alert{Fingerprint: fp, Status: event.AlertResolved, StartsAt: start, EndsAt: end}
}

// says passes one alert on and tells its fate.
func says(t testing.TB, b *Book, a event.Alert, now time.Time) Fate {
	t.Helper()
	ticket, wait := b.Reserve([]event.Alert{a}, now)
	require.Nil(t, wait)
	ticket.Commit()
	return ticket.Fates[0]
}

func TestFates(t *testing.T) {
	type said struct {
		alert event.Alert
		now   int // minutes
		want  Fate
	}
	none := time.Time{}
	monitoring := fires("f", at(0))
	monitoring.Ignored = event.IgnoredMonitoring
	for _, tt := range []struct {
		name string
		said []said
	}{
		{"a pair says all twice", []said{
			{fires("f", at(0)), 1, New}, {fires("f", at(0)), 1, Duplicate},
			{resolved("f", at(0), at(3)), 3, New}, {resolved("f", at(0), at(3)), 3, Duplicate},
		}},
		{"the slower of a pair", []said{
			{fires("f", at(0)), 1, New}, {resolved("f", at(0), at(3)), 3, New}, {fires("f", at(0)), 4, Outdated},
		}},
		{"fires anew", []said{
			{fires("f", at(0)), 1, New}, {resolved("f", at(0), at(3)), 3, New},
			{fires("f", at(4)), 4, New}, {resolved("f", at(4), at(5)), 5, New},
		}},
		{"the end of an earlier time ends nothing", []said{
			{fires("f", at(0)), 1, New}, {fires("f", at(4)), 4, New}, {resolved("f", at(0), at(3)), 5, Outdated},
		}},
		{"an end with an earlier start, after two sources were merged", []said{
			{fires("f", at(2)), 2, New}, {fires("f", at(1)), 3, Duplicate}, {resolved("f", at(1), at(6)), 6, New},
		}},
		{"an earlier time that fires", []said{
			{fires("f", at(4)), 4, New}, {resolved("f", at(4), at(5)), 5, New}, {fires("f", at(0)), 20, Outdated},
		}},
		{"its sender lost sight of it and found it again", []said{
			{fires("f", at(0)), 1, New}, {resolved("f", at(0), at(3)), 3, New}, {fires("f", at(0)), 8, New},
		}},
		{"an end nobody knows the beginning of", []said{
			{resolved("f", at(0), at(3)), 3, New}, {resolved("f", at(0), at(3)), 3, Duplicate}, {resolved("f", at(4), at(5)), 5, New},
		}},
		{"over at the moment it began", []said{
			{fires("f", at(0)), 0, New}, {resolved("f", at(0), at(0)), 1, New},
		}},
		{"no start is said", []said{
			{fires("f", none), 1, New}, {fires("f", none), 2, Duplicate}, {resolved("f", none, at(3)), 3, New},
			{resolved("f", none, at(3)), 4, Duplicate}, {fires("f", none), 4, New},
		}},
		{"it goes on for days", []said{
			{fires("f", at(0)), 0, New}, {fires("f", at(0)), 719, Duplicate}, {fires("f", at(0)), 720, New}, {fires("f", at(0)), 721, Duplicate},
		}},
		{"it blamed nobody, now it does", []said{
			{monitoring, 1, New}, {fires("f", at(0)), 2, New}, {fires("f", at(0)), 3, Duplicate},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := NewBook(10, hold)
			for k, s := range tt.said {
				assert.Equal(t, s.want, says(t, b, s.alert, at(s.now)), "%d: %s", k, s.want)
			}
		})
	}
}

func TestStartIsFilledIn(t *testing.T) {
	b := NewBook(10, hold)
	says(t, b, fires("f", at(0)), at(1))
	list := []event.Alert{resolved("f", time.Time{}, at(2)), fires("g", time.Time{})}
	ticket, _ := b.Reserve(list, at(2))
	ticket.Commit()
	assert.Equal(t, at(0), list[0].StartsAt, "as the book knows it")
	assert.Equal(t, at(2), list[1].StartsAt, "when it was first heard of")
}

func TestOneBodySaysItTwice(t *testing.T) {
	b := NewBook(10, hold)
	ticket, _ := b.Reserve([]event.Alert{fires("f", at(0)), fires("f", at(0)), resolved("f", at(0), at(1))}, at(1))
	assert.Equal(t, []Fate{New, Duplicate, New}, ticket.Fates)
	ticket.Commit()
	assert.Equal(t, Outdated, says(t, b, fires("f", at(0)), at(2)))
}

// What was not passed on is new when it comes again.
func TestRelease(t *testing.T) {
	b := NewBook(10, hold)
	ticket, _ := b.Reserve([]event.Alert{fires("f", at(0))}, at(0))
	ticket.Release()
	ticket.Release()
	assert.Equal(t, New, says(t, b, fires("f", at(0)), at(0)))
	n, _ := b.Len()
	assert.Equal(t, 1, n)
}

// Of two requests with one alert at once, one waits for the other.
func TestOnePassesTheOtherWaits(t *testing.T) {
	b := NewBook(10, hold)
	first, _ := b.Reserve([]event.Alert{fires("f", at(0)), fires("g", at(0))}, at(0))
	second, wait := b.Reserve([]event.Alert{fires("h", at(0)), fires("g", at(0))}, at(0))
	require.Nil(t, second)
	select {
	case <-wait:
		t.Fatal("the first is not done")
	default:
	}
	assert.Equal(t, New, says(t, b, fires("h", at(0)), at(0)), "the second holds nothing while it waits")
	first.Commit()
	<-wait
	second, wait = b.Reserve([]event.Alert{fires("h", at(0)), fires("g", at(0))}, at(0))
	require.Nil(t, wait)
	assert.Equal(t, []Fate{Duplicate, Duplicate}, second.Fates)
}

func TestManyAtOncePassEachOnce(t *testing.T) {
	b := NewBook(1000, hold)
	var passed sync.Map
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for k := range 200 {
				for {
					ticket, wait := b.Reserve([]event.Alert{fires(strconv.Itoa(k), at(0)), fires(strconv.Itoa((k+1)%200), at(0))}, at(0))
					if wait != nil {
						<-wait
						continue
					}
					for i, fate := range ticket.Fates {
						if _, twice := passed.LoadOrStore(strconv.Itoa((k+i)%200), true); fate == New && twice {
							t.Error("passed twice")
						}
					}
					ticket.Commit()
					break
				}
			}
		})
	}
	wg.Wait()
	n, _ := b.Len()
	assert.Equal(t, 200, n)
}

func TestFullBookForgetsTheResolvedFirst(t *testing.T) {
	b := NewBook(3, hold)
	says(t, b, fires("a", at(0)), at(0))
	says(t, b, fires("b", at(0)), at(0))
	says(t, b, fires("c", at(0)), at(0))
	says(t, b, resolved("c", at(0), at(1)), at(1))
	says(t, b, fires("d", at(1)), at(1))
	n, forgotten := b.Len()
	assert.Equal(t, 3, n)
	assert.Zero(t, forgotten, "c is missed by nobody")
	assert.Equal(t, Duplicate, says(t, b, fires("a", at(0)), at(2)), "a was heard of again")
	says(t, b, fires("e", at(2)), at(2))
	_, forgotten = b.Len()
	assert.Equal(t, int64(1), forgotten)
	assert.Equal(t, Duplicate, says(t, b, fires("a", at(0)), at(2)))
	assert.Equal(t, New, says(t, b, fires("b", at(0)), at(2)), "the one not heard of for longest: passed on again")
}

// The changes, played into a store, always leave just the alerts that fire.
func TestChangesKeepAStore(t *testing.T) {
	b := NewBook(3, hold)
	store := map[int]string{}
	play := func(changes []Change) {
		for _, c := range changes {
			if c.Alert == nil {
				delete(store, c.Slot)
			} else {
				store[c.Slot] = c.Alert.Fingerprint
			}
		}
	}
	step := func(a event.Alert, now time.Time) {
		ticket, _ := b.Reserve([]event.Alert{a}, now)
		play(ticket.Commit())
	}
	step(fires("a", at(0)), at(0))
	step(fires("b", at(0)), at(0))
	step(resolved("a", at(0), at(1)), at(1))
	assert.Equal(t, map[int]string{1: "b"}, store)
	step(fires("c", at(1)), at(1))
	assert.Equal(t, map[int]string{0: "c", 1: "b"}, store, "a free slot is used again")
	step(fires("d", at(1)), at(1))
	step(fires("e", at(2)), at(2))
	assert.Len(t, store, 3, "as many as the book")
	assert.LessOrEqual(t, b.High(), 4)

	// A new book takes over where they are.
	b2 := NewBook(3, hold)
	where := map[string]int{}
	var list []event.Alert
	for slot, fp := range store {
		where[fp] = slot
		list = append(list, fires(fp, at(0)))
	}
	ticket, _ := b2.Reserve(list, at(3))
	ticket.Stored(where, b.High())
	ticket.Commit()
	b = b2
	step(resolved("e", at(0), at(4)), at(4))
	assert.NotContains(t, store, where["e"])
	assert.Len(t, store, 2)
}

// An alert that its sender repeats does not grow old in the store.
func TestRepetitionIsStoredNowAndThen(t *testing.T) {
	b := NewBook(3, hold)
	say := func(now time.Time) []Change {
		ticket, _ := b.Reserve([]event.Alert{fires("a", at(0))}, now)
		return ticket.Commit()
	}
	assert.Len(t, say(at(0)), 1)
	assert.Empty(t, say(at(59)))
	assert.Len(t, say(at(60)), 1)
	assert.Empty(t, say(at(61)))
}
