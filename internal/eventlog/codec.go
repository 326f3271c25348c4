package eventlog

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// Attributes of every event record.
const (
	attrData = "otelheal.data"
	attrMAC  = "otelheal.mac"
)

// Scope is the instrumentation scope of the records that we write.
const Scope = "github.com/otelheal/otelheal"

// maxData bounds the JSON of one event, in bytes.
const maxData = 256 << 10

// Trust says whether a record is what it claims to be.
type Trust int

const (
	Foreign  Trust = iota // no event of ours at all
	Unsigned              // an event without a MAC, or with a wrong one: show it, do not count on it
	Verified              // an event that a holder of the key wrote
)

// Codec writes and reads event records with one key.
type Codec struct{ key []byte }

var processKey = sync.OnceValue(func() []byte {
	key := make([]byte, sha256.Size)
	rand.Read(key) // never fails: crypto/rand ends the process first
	return key
})

// NewCodec returns a codec with the given key, or with this process' own if
// there is none. Within one process all codecs without a key trust each other.
func NewCodec(key string) *Codec {
	if key == "" {
		return &Codec{key: processKey()}
	}
	sum := sha256.Sum256([]byte(key))
	return &Codec{key: sum[:]}
}

// ErrForeign is returned for a record that is no event.
var ErrForeign = errors.New("not an otelheal event")

// payload is an event as the codec needs it.
type payload interface{ Validate() error }

// write fills a record with the event; the caller adds body and attributes.
func (c *Codec) write(lr plog.LogRecord, name string, at time.Time, event payload) error {
	data, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	if len(data) > maxData {
		return fmt.Errorf("encode %s: %d bytes, at most %d are allowed", name, len(data), maxData)
	}
	lr.SetEventName(name)
	if !at.IsZero() { // which would become some time of the 18th century
		lr.SetTimestamp(pcommon.NewTimestampFromTime(at))
		lr.SetObservedTimestamp(pcommon.NewTimestampFromTime(at))
	}
	lr.Attributes().PutStr(attrData, string(data))
	lr.Attributes().PutStr(attrMAC, c.mac(name, string(data)))
	return nil
}

// read decodes a record into event and validates it.
func (c *Codec) read(lr plog.LogRecord, name string, event payload) (Trust, error) {
	if lr.EventName() != name {
		return Foreign, ErrForeign
	}
	data, ok := lr.Attributes().Get(attrData)
	if !ok {
		return Foreign, ErrForeign
	}
	if len(data.Str()) > maxData {
		return Unsigned, fmt.Errorf("decode %s: %s has over %d bytes", name, attrData, maxData)
	}
	trust := Unsigned
	if mac, ok := lr.Attributes().Get(attrMAC); ok &&
		hmac.Equal([]byte(mac.Str()), []byte(c.mac(name, data.Str()))) {
		trust = Verified
	}
	if err := json.Unmarshal([]byte(data.Str()), event); err != nil {
		return trust, fmt.Errorf("decode %s: %w", name, err)
	}
	if err := event.Validate(); err != nil {
		return trust, fmt.Errorf("decode %s: %w", name, err)
	}
	return trust, nil
}

func (c *Codec) mac(name, data string) string {
	h := hmac.New(sha256.New, c.key)
	h.Write([]byte(name))
	h.Write([]byte{0}) // the name has none, so that no other split gives the same bytes
	h.Write([]byte(data))
	return base64.RawStdEncoding.EncodeToString(h.Sum(nil))
}
