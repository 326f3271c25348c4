package alertwebhookreceiver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/config/configopaque"
)

// verifier checks signatures as Grafana makes them: HMAC-SHA256 in hex over the
// body as it was sent, or over time, colon and body where a time is signed too.
type verifier struct {
	secrets         []configopaque.String
	header          string
	timestampHeader string
	maxAge          time.Duration
}

func newVerifier(c *HMACConfig) *verifier {
	return &verifier{c.Secrets, c.Header, c.TimestampHeader, c.MaxAge}
}

// claims tells whether a request has what looks like a signature, before its
// body is read.
func (v *verifier) claims(h http.Header) bool {
	_, ok := v.signature(h)
	return ok && (v.timestampHeader == "" || h.Get(v.timestampHeader) != "")
}

func (v *verifier) signature(h http.Header) ([]byte, bool) {
	sum, err := hex.DecodeString(h.Get(v.header))
	return sum, err == nil && len(sum) == sha256.Size
}

// valid tells whether a holder of a secret signed the body, lately.
func (v *verifier) valid(h http.Header, body []byte, now time.Time) bool {
	sum, ok := v.signature(h)
	if !ok {
		return false
	}
	stamp := ""
	if v.timestampHeader != "" {
		stamp = h.Get(v.timestampHeader)
		sec, err := strconv.ParseInt(stamp, 10, 64)
		if err != nil || now.Sub(time.Unix(sec, 0)).Abs() > v.maxAge {
			return false
		}
	}
	good := false
	for _, secret := range v.secrets { // all of them, so that time tells nothing
		mac := hmac.New(sha256.New, []byte(secret))
		if v.timestampHeader != "" {
			mac.Write([]byte(stamp + ":"))
		}
		mac.Write(body)
		good = hmac.Equal(mac.Sum(nil), sum) || good
	}
	return good
}
