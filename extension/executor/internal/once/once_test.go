package once

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/healing"
)

func TestDoubledOrderWaitsForTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m Memory
		o := healing.Order{Key: "k"}
		calls, hold := 0, make(chan struct{})
		results := make(chan healing.Result, 2)
		for range 2 {
			go func() {
				results <- m.Do(t.Context(), o, func() healing.Result {
					calls++
					<-hold
					return healing.Result{Effect: healing.EffectDone}
				})
			}()
		}
		synctest.Wait()
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		assert.Equal(t, healing.EffectUnknown, m.Find(ended, o).Effect, "under way")
		close(hold)
		assert.Equal(t, healing.EffectDone, (<-results).Effect)
		assert.Equal(t, healing.EffectDone, (<-results).Effect)
		assert.Equal(t, 1, calls)
		assert.Equal(t, healing.EffectDone, m.Find(t.Context(), o).Effect)
	})
}

func TestWhatTouchedNothingMayBeTriedAgain(t *testing.T) {
	var m Memory
	o := healing.Order{Key: "k"}
	m.Do(t.Context(), o, func() healing.Result { return healing.Result{Effect: healing.EffectNone} })
	r := m.Do(t.Context(), o, func() healing.Result { return healing.Result{Effect: healing.EffectDone} })
	assert.Equal(t, healing.EffectDone, r.Effect)
	assert.Equal(t, healing.EffectUnknown, m.Find(t.Context(), healing.Order{Key: "other"}).Effect)
}

func TestMemoryIsBounded(t *testing.T) {
	var m Memory
	for i := range limit + 1 {
		m.Do(t.Context(), healing.Order{Key: strconv.Itoa(i)}, func() healing.Result { return healing.Result{Effect: healing.EffectDone} })
	}
	assert.Len(t, m.calls, limit)
	assert.Equal(t, healing.EffectUnknown, m.Find(t.Context(), healing.Order{Key: "0"}).Effect)
}
