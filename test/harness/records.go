package harness

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

// Records reads the log records that a file exporter wrote so far. A last line
// that is not complete yet is left for the next call.
func Records(t testing.TB, path string) []plog.LogRecord {
	t.Helper()
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	require.NoError(t, err)
	defer file.Close()
	var all []plog.LogRecord
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		unmarshaler := plog.JSONUnmarshaler{}
		ld, err := unmarshaler.UnmarshalLogs(lines.Bytes())
		if err != nil {
			break
		}
		for _, rl := range ld.ResourceLogs().All() {
			for _, sl := range rl.ScopeLogs().All() {
				for _, lr := range sl.LogRecords().All() {
					all = append(all, lr)
				}
			}
		}
	}
	return all
}

// WaitRecord waits until a file exporter wrote a record that ok likes.
func WaitRecord(t testing.TB, path string, limit time.Duration, ok func(plog.LogRecord) bool) plog.LogRecord {
	t.Helper()
	var found plog.LogRecord
	require.Eventually(t, func() bool {
		for _, lr := range Records(t, path) {
			if ok(lr) {
				found = lr
				return true
			}
		}
		return false
	}, limit, 100*time.Millisecond, "no such record in %s", path)
	return found
}
