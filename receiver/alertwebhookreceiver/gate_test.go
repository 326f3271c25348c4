package alertwebhookreceiver

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// One host takes half of the room at most, so that others get in.
func TestOneHostKeepsNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(4)
		ctx := t.Context()
		first, second := g.enter(ctx, "10.0.0.1:1"), g.enter(ctx, "10.0.0.1:2")
		require.NotNil(t, first)
		require.NotNil(t, second)
		began := time.Now()
		assert.Nil(t, g.enter(ctx, "10.0.0.1:3"), "the third waits, in vain")
		assert.Equal(t, gateWait, time.Since(began))
		other := g.enter(ctx, "10.0.0.2:1")
		require.NotNil(t, other, "there is room for another host")
		first()
		third := g.enter(ctx, "10.0.0.1:3")
		require.NotNil(t, third)
		second()
		third()
		other()
		assert.Empty(t, g.peers)
		assert.Empty(t, g.room)
	})
}

func TestWhoWaitsIsLetIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1)
		leave := g.enter(t.Context(), "10.0.0.1:1")
		entered := make(chan func())
		go func() { entered <- g.enter(t.Context(), "10.0.0.2:1") }()
		synctest.Wait()
		leave()
		second := <-entered
		require.NotNil(t, second)
		second()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		held := g.enter(t.Context(), "10.0.0.1:1")
		assert.Nil(t, g.enter(ctx, "10.0.0.2:1"), "who has gone does not wait")
		held()
		assert.Empty(t, g.peers)
	})
}

// Those who wait are bounded too.
func TestTooManyOfOneHostAreTurnedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(2)
		ctx, cancel := context.WithCancel(t.Context())
		for range 1 + gateQueue {
			go func() {
				if leave := g.enter(ctx, "10.0.0.1:1"); leave != nil {
					<-ctx.Done()
					leave()
				}
			}()
		}
		synctest.Wait()
		began := time.Now()
		assert.Nil(t, g.enter(ctx, "10.0.0.1:1"))
		assert.Zero(t, time.Since(began), "at once")
		cancel()
		synctest.Wait()
		assert.Empty(t, g.peers)
	})
}
