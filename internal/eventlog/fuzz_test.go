package eventlog

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"
)

// FuzzRead gives every reader data that somebody sent without the key: it never
// panics and never verifies, and what it takes can be written and read again.
func FuzzRead(f *testing.F) {
	for _, k := range kinds() {
		data, err := json.Marshal(k.want)
		require.NoError(f, err)
		f.Add(k.name, string(data), "")
	}
	f.Add(NameIncident, "{}", "AAAA")
	f.Add(NameAction, `{"steps":null,"expires":"9999-12-31T23:59:59Z"}`, "\x00")
	f.Add("", "", "")
	f.Fuzz(func(t *testing.T, name, data, mac string) {
		c := NewCodec("")
		lr := plog.NewLogRecord()
		lr.SetEventName(name)
		lr.Attributes().PutStr(attrData, data)
		lr.Attributes().PutStr(attrMAC, mac)
		for _, k := range kinds() {
			got, trust, err := k.read(c, lr)
			assert.NotEqual(t, Verified, trust)
			if err != nil || trust == Foreign {
				continue
			}
			assert.Equal(t, name, k.name)
			again, err := json.Marshal(got)
			require.NoError(t, err)
			lr2 := plog.NewLogRecord()
			lr2.SetEventName(name)
			lr2.Attributes().PutStr(attrData, string(again))
			lr2.Attributes().PutStr(attrMAC, c.mac(name, string(again)))
			if len(again) > maxData {
				continue // "&" becomes "\u0026": near the limit a reader's copy can be over it
			}
			_, trust, err = k.read(c, lr2)
			require.NoError(t, err)
			assert.Equal(t, Verified, trust)
		}
	})
}
