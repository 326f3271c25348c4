package payload

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

var (
	testNow    = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	testLimits = Limits{Depth: 32, Alerts: 100}
	testRules  = &Rules{
		Service:   []string{"service_name", "service.name", "service", "job"},
		Namespace: []string{"service_namespace", "service.namespace"},
		Instance:  []string{"service_instance_id"},
		Name:      []string{"alertname"},
		Severity:  []string{"severity"},
		Summary:   []string{"summary", "description"},
		Tests:     []string{"TestAlert"},
	}
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", name))
	require.NoError(t, err)
	return data
}

// events are the alerts of a body as events; all have to be usable.
func events(t testing.TB, body []byte, m *Mapping, rules *Rules) ([]event.Alert, Batch) {
	t.Helper()
	b, err := Parse(body, testLimits, m)
	require.NoError(t, err)
	var list []event.Alert
	for k := range b.Alerts {
		a, err := rules.Event(&b.Alerts[k], testNow)
		require.NoError(t, err)
		list = append(list, a)
	}
	return list, b
}

func TestAlertmanager(t *testing.T) {
	list, b := events(t, read(t, "alertmanager.json"), nil, testRules)
	assert.Equal(t, FormatAlertmanager, b.Format)
	require.Len(t, list, 2)
	cart := list[0]
	assert.Equal(t, event.Alert{
		Fingerprint: "b3dec452cf0091d8", Name: "HighErrorRate", Status: event.AlertFiring, Severity: "warning",
		Entity:   event.Entity{Namespace: "shop", Service: "cart"}, // of job, as OpenTelemetry writes it
		StartsAt: time.Date(2026, 11, 25, 7, 42, 15, 584172696, time.UTC),
		Labels:   []event.Label{{Key: "alertname", Value: "HighErrorRate"}, {Key: "instance", Value: "cart-1"}, {Key: "job", Value: "shop/cart"}, {Key: "severity", Value: "warning"}},
	}, cart, "the year 1 is no end, and the status is the alert's own")
	assert.Equal(t, event.AlertResolved, list[1].Status, "in a group that fires")
	assert.Equal(t, time.Date(2026, 11, 25, 7, 42, 18, 0, time.UTC), list[1].EndsAt)
	assert.Equal(t, event.Entity{Namespace: "shop", Service: "payment"}, list[1].Entity)

	// A sender that leaves the fingerprint out agrees with Alertmanager.
	assert.Equal(t, cart.Fingerprint, fingerprint(cart.Labels))

	_, b = events(t, read(t, "alertmanager-truncated.json"), nil, testRules)
	assert.Equal(t, 2, b.Truncated)
}

func TestGrafana(t *testing.T) {
	list, b := events(t, read(t, "grafana.json"), nil, testRules)
	assert.Equal(t, FormatGrafana, b.Format)
	require.Len(t, list, 2)
	assert.Equal(t, event.Entity{Namespace: "shop", Service: "payment"}, list[0].Entity)
	assert.Equal(t, "p90 of payment is over a second", list[0].Summary)
	assert.Equal(t, time.Date(2026, 11, 25, 6, 40, 10, 0, time.UTC), list[0].StartsAt)
	assert.Equal(t, event.AlertResolved, list[1].Status)
	assert.Empty(t, list[1].Ignored, "it ends as any other, whatever the reason")
	assert.Equal(t, "MissingSeries", label(list[1].Labels, stateReason), "which is kept for people")
}

// No data and an error of a data source are faults of the monitoring, though
// they carry the labels of the rule's service.
func TestGrafanaNoDataBlamesNobody(t *testing.T) {
	list, _ := events(t, read(t, "grafana-nodata.json"), nil, testRules)
	require.Len(t, list, 3)
	for _, a := range list {
		assert.Equal(t, event.IgnoredMonitoring, a.Ignored, a.Name)
		assert.Equal(t, event.Entity{}, a.Entity, a.Name)
	}
}

func TestTestAlertBlamesNobody(t *testing.T) {
	list, _ := events(t, read(t, "grafana-test.json"), nil, testRules)
	require.Len(t, list, 1)
	assert.Equal(t, event.IgnoredTest, list[0].Ignored)
	list, _ = events(t, []byte(`{"alerts":[{"status":"firing","labels":{"alertname":"Slow","service":"payment","test":"true"}}]}`), nil, testRules)
	assert.Equal(t, event.IgnoredTest, list[0].Ignored, "as with amtool alert add Slow test=true")
}

func TestTargets(t *testing.T) {
	scoped := *testRules
	scoped.Services, scoped.Namespaces = []string{"payment"}, []string{"shop"}
	for _, tt := range []struct {
		name, labels string
		rules        *Rules
		entity       event.Entity
		ignored      event.AlertIgnored
	}{
		{"service", `"service":"payment"`, testRules, event.Entity{Service: "payment"}, ""},
		{"the first rule that is there", `"job":"node","service.name":"payment"`, testRules, event.Entity{Service: "payment"}, ""},
		{"job", `"job":"payment"`, testRules, event.Entity{Service: "payment"}, ""},
		{"namespace said twice", `"job":"a/payment","service_namespace":"shop"`, testRules, event.Entity{Namespace: "shop", Service: "a/payment"}, ""},
		{"instance", `"service":"payment","service_instance_id":"payment-1"`, testRules, event.Entity{Service: "payment", Instance: "payment-1"}, ""},
		{"where Prometheus scraped is no instance", `"service":"payment","instance":"10.0.0.1:9100"`, testRules, event.Entity{Service: "payment"}, ""},
		{"none", `"severity":"page"`, testRules, event.Entity{}, event.IgnoredNoTarget},
		{"empty", `"service":""`, testRules, event.Entity{}, event.IgnoredNoTarget},
		{"in scope", `"job":"shop/payment"`, &scoped, event.Entity{Namespace: "shop", Service: "payment"}, ""},
		{"another service", `"job":"shop/cart"`, &scoped, event.Entity{}, event.IgnoredOutOfScope},
		{"another namespace", `"job":"bank/payment"`, &scoped, event.Entity{}, event.IgnoredOutOfScope},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list, _ := events(t, []byte(`{"alerts":[{"status":"firing","labels":{"alertname":"A",`+tt.labels+`}}]}`), nil, tt.rules)
			assert.Equal(t, tt.entity, list[0].Entity)
			assert.Equal(t, tt.ignored, list[0].Ignored)
		})
	}
}

// What is wrong with one alert is said with its place and without its words, and
// costs the others nothing.
func TestProblems(t *testing.T) {
	const secret = "hunter2-hunter2"
	long := strings.Repeat("x", 254)
	many := make([]string, 65)
	for k := range many {
		many[k] = fmt.Sprintf("%q:%q", fmt.Sprint("l", k), secret)
	}
	for _, tt := range []struct{ name, alert, want string }{
		{"no status that is known", `{"status":"` + secret + `","labels":{"service":"a"}}`, "$.alerts[1].status: want firing or resolved"},
		{"a time that is none", `{"status":"firing","startsAt":"` + secret + `"}`, "$.alerts[1].startsAt: want a time such as"},
		{"a number for a list", `{"status":"firing","labels":17}`, "$.alerts[1].labels: want an object, found a number"},
		{"an object for a text", `{"status":"firing","labels":{"service":{"a":"` + secret + `"}}}`, "$.alerts[1].labels.service: want a text, found an object"},
		{"a text for an alert", `"` + secret + `"`, "$.alerts[1]: want an object, found a text"},
		{"too many labels", `{"status":"firing","labels":{` + strings.Join(many, ",") + `}}`, "$.alerts[1].labels.l64: over 64 of them"},
		{"a label twice", `{"status":"firing","labels":{"service":"a","service":"b"}}`, "$.alerts[1].labels: one of them is there twice"},
		{"a name too long", `{"status":"firing","labels":{"service":"` + long + `"}}`, "$.alerts[1]: entity.service has 254 bytes"},
		{"a label's name too long", `{"status":"firing","labels":{"` + long + `":"a"}}`, "a name of over 253 bytes"},
		{"a control character", `{"status":"firing","labels":{"service":"a\nb"}}`, "$.alerts[1]: entity.service has control characters"},
		{"no UTF-8", `{"status":"firing","labels":{"service":"a` + "\xff" + `b"}}`, "$.alerts[1]: entity.service has control characters or is no UTF-8"},
		{"nothing that tells it from others", `{"status":"firing"}`, "$.alerts[1]: it has neither labels nor a fingerprint"},
		{"tomorrow", `{"status":"firing","labels":{"service":"a"},"startsAt":"2026-11-26T00:00:00Z"}`, "$.alerts[1]: it starts over 5m0s from now"},
		{"a broken escape", `{"status":"firing","labels":{"service":"a\u00zz"}}`, "$.alerts[1].labels.service: a text has an escape that is none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			good := `{"status":"firing","labels":{"service":"payment"}}`
			b, err := Parse([]byte(`{"alerts":[`+good+`,`+tt.alert+`,`+good+`]}`), testLimits, nil)
			require.NoError(t, err)
			require.Len(t, b.Alerts, 3)
			for _, k := range []int{0, 2} {
				_, err := testRules.Event(&b.Alerts[k], testNow)
				assert.NoError(t, err)
			}
			_, err = testRules.Event(&b.Alerts[1], testNow)
			require.ErrorContains(t, err, tt.want)
			assert.NotContains(t, err.Error(), secret)
		})
	}
}

// A name that is none is said also of a target that would not count.
func TestNamesAreCheckedInAnyCase(t *testing.T) {
	scoped := *testRules
	scoped.Services = []string{"payment"}
	b, err := Parse([]byte(`{"alerts":[{"status":"firing","labels":{"service":"a\u001b[31mb"}}]}`), testLimits, nil)
	require.NoError(t, err)
	_, err = scoped.Event(&b.Alerts[0], testNow)
	assert.ErrorContains(t, err, "entity.service has control characters")
}

func TestSummaryIsOneLine(t *testing.T) {
	list, _ := events(t, []byte(`{"alerts":[{"status":"firing","labels":{"service":"a"},"annotations":{"description":"12% of \"requests\"\nfail\u001b[31m"}}]}`), nil, testRules)
	assert.Equal(t, "12% of \"requests\" fail [31m", list[0].Summary)
}

func TestTimes(t *testing.T) {
	one := func(fields string) event.Alert {
		list, _ := events(t, []byte(`{"alerts":[{"labels":{"service":"a"},`+fields+`}]}`), nil, testRules)
		return list[0]
	}
	a := one(`"status":"resolved","startsAt":"2026-11-25T07:00:00Z","endsAt":"0001-01-01T00:00:00Z"`)
	assert.Equal(t, testNow, a.EndsAt, "over without an end: now")
	a = one(`"status":"resolved","endsAt":"2030-01-01T00:00:00Z"`)
	assert.Equal(t, testNow, a.EndsAt, "nothing ended in the future")
	a = one(`"status":"firing","startsAt":"0001-01-01T00:00:00Z","endsAt":"2026-11-25T07:59:00Z"`)
	assert.True(t, a.StartsAt.IsZero())
	assert.True(t, a.EndsAt.IsZero(), "it fires")
	assert.Equal(t, event.AlertResolved, one(`"endsAt":"2026-11-25T07:59:00Z"`).Status, "without a status the end says it")
	assert.Equal(t, event.AlertFiring, one(`"endsAt":"2026-11-25T08:59:00Z"`).Status)
	assert.True(t, one(`"status":"firing","startsAt":"9999-12-31T23:59:59Z"`).StartsAt.IsZero(), "as good as none")
	assert.True(t, one(`"status":"firing","startsAt":null`).StartsAt.IsZero())
}
