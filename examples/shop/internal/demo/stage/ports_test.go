package stage

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFindPortsStepsOverWhatIsTaken(t *testing.T) {
	base, err := FindPorts(0, 10)
	require.NoError(t, err)
	l, err := net.Listen("tcp", local(base+offsetHealer))
	require.NoError(t, err)
	defer l.Close()

	next, err := FindPorts(0, 10)
	require.NoError(t, err)
	assert.Greater(t, next, base)

	_, err = FindPorts(base, 10)
	assert.ErrorContains(t, err, "is taken by another program")
	assert.ErrorContains(t, err, l.Addr().(*net.TCPAddr).AddrPort().String()[len("127.0.0.1:"):])
}
