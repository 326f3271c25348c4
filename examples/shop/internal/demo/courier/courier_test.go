package courier

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestWhatIsAcknowledgedAndNotWrittenIsMissing lets a collector refuse each
// third record and lose the one that it took first.
func TestWhatIsAcknowledgedAndNotWrittenIsMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "logs.jsonl")
	file, err := os.Create(path)
	require.NoError(t, err)
	defer file.Close()
	seen := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen++
		switch {
		case seen%3 == 0:
			http.Error(w, "full", http.StatusServiceUnavailable)
		case seen > 1:
			io.Copy(file, r.Body)
			file.WriteString("\n")
		}
	}))
	defer server.Close()

	c := Send(server.URL, time.Millisecond)
	require.Eventually(t, func() bool { return len(c.Acked()) >= 5 }, 5*time.Second, time.Millisecond)
	acked := c.Stop()
	assert.NotContains(t, acked, 3)
	missing, err := NewArrivals(path).Missing(acked)
	require.NoError(t, err)
	assert.Equal(t, []int{1}, missing)
}
