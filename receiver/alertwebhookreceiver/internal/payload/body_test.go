package payload

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBodiesThatCanNeverWork(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"nothing", ``, "$: the body ends where a value should be"},
		{"no JSON", `<html>`, "$: no JSON, at byte 0"},
		{"a list", `[]`, "$: want an object, found a list"},
		{"no alerts", `{"text":"hello"}`, "$: it has no list `alerts`"},
		{"alerts of another kind", `{"alerts":"x"}`, "$.alerts: want a list, found a text"},
		{"cut off", `{"alerts":[{"status":"firing"`, "$.alerts[0]: the object does not go on or end"},
		{"cut off in a text", `{"alerts":[{"status":"fir`, "$.alerts[0].status: a text does not end"},
		{"cut off in an escape", `{"alerts":[{"status":"fir\`, "$.alerts[0].status: a text does not end"},
		{"no colon", `{"alerts" []}`, "$.alerts: want a colon"},
		{"a comma too many", `{"alerts":[],}`, "$: want a key"},
		{"no number", `{"alerts":[],"x":-}`, "$.x: no number"},
		{"a raw newline", "{\"alerts\":[],\"x\":\"a\nb\"}", "$.x: a control character in a text"},
		{"something after it", `{"alerts":[]}{}`, "$: something follows after the value"},
		{"ten thousand deep", strings.Repeat(`{"a":`, 10000), "nested too deeply"},
		{"ten thousand deep in lists", `{"alerts":` + strings.Repeat(`[`, 10000), "nested too deeply"},
		{"too many alerts", `{"alerts":[` + strings.Repeat(`{},`, 100) + `{}]}`, "$.alerts[100]: over 100 alerts"},
		{"a strange key", `{"a b":[}`, `$["a b"][0]: no JSON`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.body), testLimits, nil)
			require.ErrorContains(t, err, tt.want)
			assert.Less(t, len(err.Error()), 4096)
		})
	}
	_, err := Parse([]byte(`{"alerts":[`+strings.Repeat(`{},`, 100)+`{}]}`), testLimits, nil)
	assert.ErrorIs(t, err, ErrTooMany)
}

func TestUnknownFieldsAndNoAlerts(t *testing.T) {
	for _, body := range []string{
		`{"alerts":[],"new":{"deep":[1,-2.5e3,true,false,null,NaN,Infinity,-Infinity,"é\n"]}}`,
		` { "alerts" : null } `,
	} {
		b, err := Parse([]byte(body), testLimits, nil)
		require.NoError(t, err)
		assert.Empty(t, b.Alerts)
	}
}

var otherMapping = &Mapping{
	Alerts: Path{"incidents"}, Status: Path{"state"}, Firing: []string{"triggered"}, Resolved: []string{"closed"},
	Fingerprint: Path{"id"}, StartsAt: Path{"opened"}, EndsAt: Path{"closed"}, Summary: Path{"title"}, LabelsFrom: Path{"tags"},
	Labels: []LabelPath{
		{"alertname", Path{"title"}}, {"service_name", Path{"affected", "0", "app.name"}},
		{"service_namespace", Path{"affected", "0", "ns"}}, {"severity", Path{"level"}},
	},
}

func TestMapping(t *testing.T) {
	list, b := events(t, read(t, "other.json"), otherMapping, testRules)
	assert.Equal(t, FormatMapped, b.Format)
	require.Len(t, list, 2)
	a := list[0]
	assert.Equal(t, "shop/payment", a.Entity.String())
	assert.Equal(t, "4711", a.Fingerprint)
	assert.Equal(t, "payment answers slowly", a.Name)
	assert.Equal(t, "high", a.Severity)
	assert.Equal(t, int64(1795592410), a.StartsAt.Unix())
	assert.Equal(t, "true", label(a.Labels, "on_call"))
	assert.Equal(t, "1.5", label(a.Labels, "threshold"))
	assert.Empty(t, label(a.Labels, "value"), "NaN is no value")
	assert.Equal(t, int64(1795590000), list[1].StartsAt.Unix(), "milliseconds")
	assert.Equal(t, int64(1795592400), list[1].EndsAt.Unix())
}

func TestMappingOfOneAlert(t *testing.T) {
	m := &Mapping{Labels: []LabelPath{{"service", Path{"host", "app"}}}}
	list, _ := events(t, []byte(`{"host":{"app":"payment"}}`), m, testRules)
	require.Len(t, list, 1)
	assert.Equal(t, "payment", list[0].Entity.Service)
	list, _ = events(t, []byte(`[{"host":{"app":"payment"}},{"host":{"app":"cart"}}]`), m, testRules)
	assert.Len(t, list, 2)
}

func TestMappingProblems(t *testing.T) {
	for _, tt := range []struct{ name, body, want string }{
		{"no list", `{"other":[]}`, "there is nothing at incidents, where `mapping::alerts` expects the alerts"},
		{"a word for a status that is not listed", `{"incidents":[{"state":"sleeping"}]}`, "$.incidents[0]: the status at state is none that"},
		{"no object", `{"incidents":[1]}`, "$.incidents[0]: want an object, found a number"},
		{"a list for a text", `{"incidents":[{"state":"closed","title":[]}]}`, "$.incidents[0].title: want a text, found a list"},
		{"an object for a time", `{"incidents":[{"state":"closed","opened":{}}]}`, "$.incidents[0].opened: want a text, found an object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Parse([]byte(tt.body), testLimits, otherMapping)
			if err == nil {
				_, err = testRules.Event(&b.Alerts[0], testNow)
			}
			assert.ErrorContains(t, err, tt.want)
		})
	}
}

func TestParsePath(t *testing.T) {
	p, err := ParsePath(`a.0.service\.name`)
	require.NoError(t, err)
	assert.Equal(t, Path{"a", "0", "service.name"}, p)
	for _, bad := range []string{".", "a.", ".a", "a..b"} {
		_, err := ParsePath(bad)
		assert.Error(t, err, bad)
	}
}

// What encoding/json takes, so do we, and the other way round but for NaN.
func FuzzSyntax(f *testing.F) {
	for _, name := range []string{"alertmanager.json", "grafana.json", "grafana-test.json"} {
		f.Add(string(read(f, name)))
	}
	f.Add(`{"a":[1,2.5,-3e4,"\u00e9",true,false,null,{}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		r := newReader([]byte(body), 1000)
		err := r.skip()
		ours := err == nil && r.next() == kindNone
		theirs := json.Valid([]byte(body))
		if theirs && !ours {
			t.Fatalf("valid JSON was refused: %v", err)
		}
		// An escape is looked at when its text is read.
		if ours && !theirs && !strings.Contains(body, "NaN") && !strings.Contains(body, "Infinity") && !strings.Contains(body, `\`) {
			t.Fatal("what is no JSON was taken")
		}
	})
}

// Whatever is sent, what comes of it keeps the limits of events, and the error
// about it is short.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"alertmanager.json", "alertmanager-truncated.json", "grafana.json", "grafana-nodata.json", "grafana-test.json", "other.json"} {
		f.Add(read(f, name), false)
		f.Add(read(f, name), true)
	}
	f.Fuzz(func(t *testing.T, body []byte, mapped bool) {
		var m *Mapping
		if mapped {
			m = otherMapping
		}
		b, err := Parse(body, testLimits, m)
		if err != nil {
			require.Less(t, len(err.Error()), 8192)
			return
		}
		require.LessOrEqual(t, len(b.Alerts), testLimits.Alerts)
		for k := range b.Alerts {
			a, err := testRules.Event(&b.Alerts[k], testNow)
			if err != nil {
				require.Less(t, len(err.Error()), 8192)
				continue
			}
			require.NoError(t, a.Validate())
			require.LessOrEqual(t, len(a.Severity), 253)
			require.True(t, a.EndsAt.IsZero() == (a.Status == "firing"))
			require.False(t, a.StartsAt.After(testNow.Add(maxAhead)))
		}
	})
}
