package inject

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFaultGoesThroughTheSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "inject") // t.TempDir is too long for a socket on some systems
	require.NoError(t, err)
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	require.NoError(t, err)
	var got []string
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Method+" "+r.URL.Path+" "+string(body))
		if r.URL.Path == "/rate" {
			http.Error(w, "no such factor", http.StatusBadRequest)
		}
	})}
	go server.Serve(l)
	defer server.Close()

	require.NoError(t, Fault(t.Context(), socket, "hang"))
	assert.ErrorContains(t, Rate(t.Context(), socket, 5), "no such factor")
	assert.Equal(t, []string{`POST /fault {"kind":"hang"}`, `POST /rate {"factor":5}`}, got)
}

func TestFlip(t *testing.T) {
	dir := t.TempDir()
	link := filepath.Join(dir, "current")
	require.NoError(t, Flip(link, "v1"))
	require.NoError(t, Flip(link, "v2"))
	to, err := os.Readlink(link)
	require.NoError(t, err)
	assert.Equal(t, "v2", to)
}
