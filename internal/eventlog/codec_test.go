package eventlog

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelheal/otelheal/event"
)

const testKey = "a key between processes"

// Every kind of event comes back as it was written, verified by who has the key
// and by nobody else.
func TestRoundTrip(t *testing.T) {
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			lr := plog.NewLogRecord()
			c := NewCodec(testKey)
			require.NoError(t, k.write(c, lr))
			assert.Equal(t, k.name, lr.EventName())
			assert.NotEmpty(t, lr.Body().Str(), "a line for people")
			assert.NotZero(t, lr.SeverityNumber())
			assert.Equal(t, testNow, lr.Timestamp().AsTime())
			service, ok := lr.Attributes().Get("service.name")
			require.True(t, ok)
			assert.Equal(t, "payment", service.Str())

			got, trust, err := k.read(NewCodec(testKey), lr)
			require.NoError(t, err)
			assert.Equal(t, Verified, trust)
			assert.Equal(t, k.want, got)

			for _, other := range []*Codec{NewCodec(""), NewCodec(testKey + "!")} {
				got, trust, err = k.read(other, lr)
				require.NoError(t, err, "it is shown")
				assert.Equal(t, Unsigned, trust, "and does not count")
				assert.Equal(t, k.want, got)
			}
		})
	}
}

func TestCodecsOfOneProcessTrustEachOther(t *testing.T) {
	lr := plog.NewLogRecord()
	require.NoError(t, NewCodec("").WriteChange(lr, goodChange()))
	_, trust, err := NewCodec("").ReadChange(lr)
	require.NoError(t, err)
	assert.Equal(t, Verified, trust)
}

func TestNoReaderTakesAnotherKind(t *testing.T) {
	for _, written := range kinds() {
		lr := plog.NewLogRecord()
		require.NoError(t, written.write(NewCodec(testKey), lr))
		for _, reader := range kinds() {
			if reader.name == written.name {
				continue
			}
			_, trust, err := reader.read(NewCodec(testKey), lr)
			assert.Equal(t, Foreign, trust)
			assert.ErrorIs(t, err, ErrForeign)
		}
	}
}

// What anybody can do to a record who can send or change one, without the key.
func TestForgeries(t *testing.T) {
	for name, forge := range map[string]func(lr plog.LogRecord){
		"no MAC":          func(lr plog.LogRecord) { lr.Attributes().Remove(attrMAC) },
		"empty MAC":       func(lr plog.LogRecord) { lr.Attributes().PutStr(attrMAC, "") },
		"MAC of 10 MB":    func(lr plog.LogRecord) { lr.Attributes().PutStr(attrMAC, strings.Repeat("A", 10<<20)) },
		"MAC as a number": func(lr plog.LogRecord) { lr.Attributes().PutInt(attrMAC, 1) },
		"MAC of another event": func(lr plog.LogRecord) {
			other := plog.NewLogRecord()
			i := goodIncident()
			i.ID = "inc-2"
			require.NoError(t, NewCodec(testKey).WriteIncident(other, i))
			mac, _ := other.Attributes().Get(attrMAC)
			lr.Attributes().PutStr(attrMAC, mac.Str())
		},
		"MAC without its last character": func(lr plog.LogRecord) {
			mac, _ := lr.Attributes().Get(attrMAC)
			mac.SetStr(mac.Str()[:len(mac.Str())-1])
		},
		"another target": func(lr plog.LogRecord) {
			data, _ := lr.Attributes().Get(attrData)
			data.SetStr(strings.ReplaceAll(data.Str(), "payment", "ledger"))
		},
		"a blank more": func(lr plog.LogRecord) {
			data, _ := lr.Attributes().Get(attrData)
			data.SetStr(data.Str() + " ")
		},
	} {
		t.Run(name, func(t *testing.T) {
			lr := plog.NewLogRecord()
			require.NoError(t, NewCodec(testKey).WriteIncident(lr, goodIncident()))
			forge(lr)
			_, trust, err := NewCodec(testKey).ReadIncident(lr)
			require.NoError(t, err)
			assert.Equal(t, Unsigned, trust)
		})
	}
}

// A MAC covers the kind: a signed outcome can't be passed off as something else.
func TestMACCoversTheName(t *testing.T) {
	lr := plog.NewLogRecord()
	require.NoError(t, NewCodec(testKey).WriteIncident(lr, goodIncident()))
	lr.SetEventName(NameAgentState)
	_, trust, _ := NewCodec(testKey).ReadAgentState(lr)
	assert.Equal(t, Unsigned, trust)
}

func TestOtherAttributesDoNotCount(t *testing.T) {
	lr := plog.NewLogRecord()
	require.NoError(t, NewCodec(testKey).WriteIncident(lr, goodIncident()))
	lr.Attributes().PutStr("service.name", "ledger")
	lr.Attributes().PutStr("otelheal.incident.kind", "crash")
	lr.Attributes().PutStr("big", strings.Repeat("x", 10<<20))
	lr.Body().SetStr("something else")
	i, trust, err := NewCodec(testKey).ReadIncident(lr)
	require.NoError(t, err)
	assert.Equal(t, Verified, trust)
	assert.Equal(t, goodIncident(), i)
}

func TestBadData(t *testing.T) {
	for name, tt := range map[string]struct {
		data  string
		trust Trust
		want  string
	}{
		"10 MB":          {strings.Repeat("x", 10<<20), Unsigned, "has over 262144 bytes"},
		"no JSON":        {"payment is down", Verified, "decode otelheal.incident"},
		"another type":   {`[]`, Verified, "decode otelheal.incident"},
		"nothing in it":  {`{}`, Verified, "id is missing"},
		"deep":           {strings.Repeat(`{"cause":`, 20_000), Verified, "decode otelheal.incident"},
		"hostile name":   {`{"id":"a\nb","status":"open","cause":{"target":{"entity":{"service":"payment"}}}}`, Verified, "control characters"},
		"too many items": {`{"id":"a","status":"open","symptoms":[` + strings.Repeat(`{},`, 99) + `{}]}`, Verified, "symptoms has 100 items"},
	} {
		t.Run(name, func(t *testing.T) {
			c := NewCodec(testKey)
			lr := plog.NewLogRecord()
			lr.SetEventName(NameIncident)
			lr.Attributes().PutStr(attrData, tt.data)
			lr.Attributes().PutStr(attrMAC, c.mac(NameIncident, tt.data))
			_, trust, err := c.ReadIncident(lr)
			assert.Equal(t, tt.trust, trust)
			assert.ErrorContains(t, err, tt.want)
			assert.Less(t, len(err.Error()), 8<<10, "an error does not repeat what it was given")
		})
	}
}

func TestForeignRecords(t *testing.T) {
	for name, lr := range map[string]func(plog.LogRecord){
		"plain":         func(lr plog.LogRecord) { lr.Body().SetStr("hello") },
		"name only":     func(lr plog.LogRecord) { lr.SetEventName(NameIncident) },
		"data only":     func(lr plog.LogRecord) { lr.Attributes().PutStr(attrData, "{}") },
		"another event": func(lr plog.LogRecord) { lr.SetEventName("session.start"); lr.Attributes().PutStr(attrData, "{}") },
	} {
		t.Run(name, func(t *testing.T) {
			r := plog.NewLogRecord()
			lr(r)
			_, trust, err := NewCodec("").ReadIncident(r)
			assert.Equal(t, Foreign, trust)
			assert.ErrorIs(t, err, ErrForeign)
		})
	}
}

func TestWriteRefusesWhatNobodyCouldRead(t *testing.T) {
	i := goodIncident()
	i.Chain = []string{strings.Repeat("x", maxData)}
	lr := plog.NewLogRecord()
	assert.ErrorContains(t, NewCodec("").WriteIncident(lr, i), "at most 262144 are allowed")
	assert.Empty(t, lr.EventName(), "half an event is none")

	s := goodIncident()
	nan := 0.0
	nan /= nan
	s.Confidence = nan
	assert.ErrorContains(t, NewCodec("").WriteIncident(plog.NewLogRecord(), s), "encode otelheal.incident")
}

func TestIncidentShowsItsTrace(t *testing.T) {
	for id, want := range map[string]bool{
		"0af7651916cd43dd8448eb211c80319c": true,
		"0af7651916cd43dd":                 false,
		"not hexadecimal":                  false,
		"":                                 false,
	} {
		i := goodIncident()
		i.TraceID = id
		lr := plog.NewLogRecord()
		require.NoError(t, NewCodec("").WriteIncident(lr, i))
		assert.Equal(t, want, !lr.TraceID().IsEmpty(), id)
		if want {
			assert.Equal(t, id, lr.TraceID().String())
		}
	}
}

func TestSeverities(t *testing.T) {
	c := NewCodec("")
	lr := plog.NewLogRecord()
	i := goodIncident()
	require.NoError(t, c.WriteIncident(lr, i))
	assert.Equal(t, plog.SeverityNumberError, lr.SeverityNumber())
	i.Status = event.IncidentResolved
	require.NoError(t, c.WriteIncident(lr, i))
	assert.Equal(t, plog.SeverityNumberInfo, lr.SeverityNumber())

	o := goodOutcome()
	require.NoError(t, c.WriteOutcome(lr, o))
	assert.Equal(t, plog.SeverityNumberInfo, lr.SeverityNumber())
	o.Page = true
	require.NoError(t, c.WriteOutcome(lr, o))
	assert.Equal(t, plog.SeverityNumberError, lr.SeverityNumber(), "a person is needed")

	s := goodState()
	s.Status = event.AgentExited
	require.NoError(t, c.WriteAgentState(lr, s))
	assert.Equal(t, plog.SeverityNumberWarn, lr.SeverityNumber())
	s.Planned = true
	require.NoError(t, c.WriteAgentState(lr, s))
	assert.Equal(t, plog.SeverityNumberInfo, lr.SeverityNumber(), "an exit on purpose is no warning")
}

func TestResolvedAlertIsAsOfItsEnd(t *testing.T) {
	a := goodAlert()
	a.Status, a.EndsAt = event.AlertResolved, testNow.Add(time.Minute)
	lr := plog.NewLogRecord()
	require.NoError(t, NewCodec("").WriteAlert(lr, a))
	assert.Equal(t, a.EndsAt, lr.Timestamp().AsTime())
}

func TestNoTimeIsNoTimestamp(t *testing.T) {
	o := goodOutcome()
	o.At = time.Time{}
	lr := plog.NewLogRecord()
	require.NoError(t, NewCodec("").WriteOutcome(lr, o))
	assert.Zero(t, lr.Timestamp())
}

func TestIgnoredAlertSaysSo(t *testing.T) {
	a := goodAlert()
	a.Entity, a.Ignored = event.Entity{}, event.IgnoredMonitoring
	lr := plog.NewLogRecord()
	require.NoError(t, NewCodec("").WriteAlert(lr, a))
	assert.Equal(t, "Slow firing on nobody (monitoring)", lr.Body().Str())
	assert.Equal(t, "monitoring", lr.Attributes().AsRaw()["otelheal.alert.ignored"])
	assert.NotContains(t, lr.Attributes().AsRaw(), "service.name")
}
