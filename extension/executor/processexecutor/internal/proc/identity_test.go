package proc

import (
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseStat(t *testing.T) {
	rest := " S 1 4711 4711 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 1 0 107837" + strings.Repeat(" 0", 29) + " 9"
	for _, name := range []string{"(sh)", "(a b)", "(x) S 1 2)", "(()"} {
		st, err := parseStat("4711 " + name + rest)
		require.NoError(t, err, name)
		assert.Equal(t, stat{state: 'S', session: 4711, start: 107837, exitCode: 9}, st, name)
	}
	for _, bad := range []string{"", "4711 (sh", "4711 (sh) S 1", "4711 (sh)" + strings.Replace(rest, "107837", "x", 1)} {
		_, err := parseStat(bad)
		assert.Error(t, err, bad)
	}
	assert.True(t, stat{state: 'Z'}.ended())
}

func TestIdentityString(t *testing.T) {
	assert.Equal(t, "4711@107837-f143a936", Identity{4711, 107837, "f143a936-7d23-49c6-a128-b10ca0907013"}.String())
	assert.Empty(t, Identity{}.String())
}

func TestExitOnPurpose(t *testing.T) {
	for _, c := range []struct {
		exit Exit
		want bool
	}{
		{Exit{}, false},
		{exitOf(0), true},
		{exitOf(7 << 8), false},
		{exitOf(int(syscall.SIGTERM)), true},
		{exitOf(int(syscall.SIGKILL)), false},
		{exitOf(int(syscall.SIGSEGV) | 0x80), false},
	} {
		assert.Equal(t, c.want, c.exit.OnPurpose(), c.exit.String())
	}
	assert.Equal(t, "exit status 7", exitOf(7<<8).String())
	assert.Equal(t, syscall.SIGSEGV, exitOf(int(syscall.SIGSEGV)|0x80).Signal, "the core flag is no part of the signal")
}
