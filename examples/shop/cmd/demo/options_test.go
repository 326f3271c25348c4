package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
)

func env(pairs ...string) func(string) string {
	return func(key string) string {
		for _, p := range pairs {
			if name, value, _ := strings.Cut(p, "="); name == key {
				return value
			}
		}
		return ""
	}
}

func TestParse(t *testing.T) {
	o, err := parse(nil, env("FAULT=slow", "SEED=7", "KEEP=1"))
	require.NoError(t, err)
	assert.Equal(t, []fault.Kind{fault.Slow}, o.plan.Kinds)
	assert.Equal(t, uint64(7), o.seed)
	assert.True(t, o.keep)

	o, err = parse([]string{"--fault", "bank", "--seed", "9"}, env("FAULT=slow", "SEED=7"))
	require.NoError(t, err)
	assert.Equal(t, []fault.Kind{fault.Bank}, o.plan.Kinds, "a flag wins")
	assert.Equal(t, uint64(9), o.seed)

	o, err = parse([]string{"benign"}, env())
	require.NoError(t, err)
	assert.True(t, o.benign)

	for _, wrong := range [][]string{{"SEED=x"}, {"PORTS=90000"}, {"FAULT=flood"}} {
		_, err = parse(nil, env(wrong...))
		key, _, _ := strings.Cut(wrong[0], "=")
		assert.ErrorContains(t, err, key)
	}
	_, err = parse([]string{"begin"}, env())
	assert.ErrorContains(t, err, "begin")
}

func TestNames(t *testing.T) {
	o, _ := parse(nil, env())
	byRole, err := o.names()
	require.NoError(t, err)
	assert.Empty(t, byRole, "the short demonstration speaks of payments and carts")

	o, _ = parse(nil, env("FAULT=all"))
	byRole, err = o.names()
	require.NoError(t, err)
	assert.Len(t, byRole, 7)

	file := filepath.Join(t.TempDir(), "names")
	require.NoError(t, os.WriteFile(file, []byte("one\n"), 0o600))
	o, _ = parse(nil, env("NAMES="+file))
	_, err = o.names()
	assert.ErrorContains(t, err, "too few")
}
