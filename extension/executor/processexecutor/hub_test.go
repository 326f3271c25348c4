package processexecutor

import (
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

func change(to string) healing.Report { return healing.Report{Change: &event.Change{To: to}} }

func TestChangesBeforeTheFirstSubscriberAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, dropped := newHub(), 0
		h.countDrops(func() { dropped++ })
		for i := range pendingSize + 1 {
			h.publish(change(strconv.Itoa(i)))
		}
		h.publish(healing.Report{State: &event.AgentState{}})
		var got []string
		cancel := h.subscribe(func(r healing.Report) { got = append(got, r.Change.To) })
		synctest.Wait()
		cancel()
		cancel()
		assert.Len(t, got, pendingSize)
		assert.Equal(t, "1", got[0], "the oldest is dropped first")
		assert.Equal(t, 1, dropped)
	})
}

func TestSlowSubscriberHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, dropped, quick := newHub(), 0, 0
		h.countDrops(func() { dropped++ })
		hold := make(chan struct{})
		cancelSlow := h.subscribe(func(healing.Report) { <-hold })
		cancelQuick := h.subscribe(func(healing.Report) { quick++ })
		for range queueSize + 10 {
			h.publish(change("x"))
			synctest.Wait()
		}
		assert.Equal(t, queueSize+10, quick)
		assert.Equal(t, 9, dropped, "one is in the slow one's hands, the queue holds the rest")
		close(hold)
		cancelSlow()
		cancelQuick()
	})
}
