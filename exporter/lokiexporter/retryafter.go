package lokiexporter

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter bounds the delay that a peer may ask for.
const maxRetryAfter = time.Minute

// retryAfter reads the header of that name, in seconds or as a date; zero if it
// says nothing.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	wait := time.Duration(0)
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		wait = time.Duration(min(seconds, uint64(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		wait = at.Sub(now)
	}
	return max(0, min(wait, maxRetryAfter))
}
