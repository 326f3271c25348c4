package demo

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
)

func TestReadPlan(t *testing.T) {
	plan, err := ReadPlan("", 0)
	require.NoError(t, err)
	assert.Equal(t, []fault.Kind{fault.Hang, fault.Errors, fault.Release, fault.Bank}, plan.Kinds)
	plan, _ = ReadPlan("", 3)
	assert.Equal(t, []fault.Kind{fault.Hang, fault.Slow, fault.Crash, fault.Bank}, plan.Kinds)

	plan, err = ReadPlan("all", 7)
	require.NoError(t, err)
	assert.Equal(t, Plan{Kinds: fault.Kinds, Shuffle: true, Rename: true}, plan)

	plan, err = ReadPlan("slow, bank", 7)
	require.NoError(t, err)
	assert.Equal(t, Plan{Kinds: []fault.Kind{fault.Slow, fault.Bank}}, plan)

	_, err = ReadPlan("slow,flood", 7)
	assert.ErrorContains(t, err, `"flood"`)
	assert.ErrorContains(t, err, "agent, bank, cpu")
}
