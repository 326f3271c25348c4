package rca

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

// One call that a callee gave up, because its caller was gone, once explained
// the caller's own exit away.
func TestExitIsNotExplainedByACallee(t *testing.T) {
	e := New(Settings{})
	caller, callee := &service{out: map[*service]*edge{}}, &service{}
	caller.out[callee] = &edge{}
	list := []candidate{
		{svc: caller, inst: &instance{svc: caller}, state: &event.AgentState{Status: event.AgentExited}},
		{svc: callee, inst: &instance{svc: callee}, weight: 1, share: 1},
	}
	for k := range list {
		e.score(&incident{}, &list[k], list)
	}
	assert.Greater(t, list[0].score, list[1].score+2)
}
