package report

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/events"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/judge"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/witness"
)

// told is a finding with everything that a story has.
func told() *judge.Finding {
	f := finding()
	entity := f.Cause.Target.Entity
	f.Cause.Why = "its probe gets no answer"
	f.Incident = events.Incident{
		ID: "01JX", Summary: "payment-2 hangs", Confidence: 0.93, Cause: f.Cause,
		RunnersUp: []events.Cause{{Kind: "slow", Target: events.Target{Entity: events.Entity{Service: "checkout"}}, Score: 0.4, Why: "it waits"}},
		Chain:     []string{"payment-2", "checkout", "frontend"},
		Blast:     events.Blast{Services: []string{"checkout", "frontend"}, RequestShare: 0.34},
		Symptoms:  []events.Symptom{{Entity: events.Entity{Service: "frontend"}, What: "error_ratio", Onset: injected.Add(400 * time.Millisecond)}},
		Evidence: []events.Evidence{
			{Class: "seen", Signal: "state", Entity: entity, Text: "probe: timeout after 1s"},
			{Class: "inferred", Signal: "trace", Entity: entity, Text: "41 of 80 calls never returned"},
			{Class: "inferred", Signal: "log", Entity: entity, Text: "<script>alert(1)</script>"},
		},
	}
	f.Outcomes = []events.Outcome{
		{IncidentID: "01JX", State: "executing", Step: "restart", Text: "restart payment-2", At: f.Acted},
		{IncidentID: "01JX", State: "succeeded", Step: "restart", Text: "recovered, proven for 3s", At: f.Verified},
		{IncidentID: "another", State: "escalated", Text: "somebody else's", At: f.Verified.Add(time.Second)},
	}
	return f
}

func TestStoryIsTenLinesOfATerminal(t *testing.T) {
	f := told()
	f.Incident.Summary = strings.Repeat("very long ", 20)
	story := Story(f)
	assert.Len(t, story, 11, "a head and ten lines")
	for _, l := range story {
		assert.LessOrEqual(t, utf8.RuneCountInString(l), Width)
	}
	assert.Contains(t, story[1], "+0.0 s  the demonstration breaks payment-2: hang")
	assert.Contains(t, story[10], "+9.3 s  succeeded: recovered")
}

func TestPageEscapesTelemetryAndNeedsNothingElse(t *testing.T) {
	var b strings.Builder
	require.NoError(t, Page(&b, told(), film(), witness.Limits{Ratio: 0.95, P95: 100}))
	html := b.String()
	assert.NotContains(t, html, "<script>")
	assert.Contains(t, html, "&lt;script&gt;")
	for _, elsewhere := range []string{"http://", "https://", "src=", "@import"} {
		assert.NotContains(t, html, elsewhere)
	}
	for _, want := range []string{"payment-2 hangs", "restored &#43;6.0 s", "41 of 80 calls never returned", "34 % of requests"} {
		assert.Contains(t, html, want)
	}
	assert.Equal(t, 3, strings.Count(html, `<rect class="box`))
	assert.Equal(t, 6, strings.Count(html, `<rect class="second bad"`))
}

func TestPageOfAnEmptyFinding(t *testing.T) {
	var b strings.Builder
	require.NoError(t, Page(&b, &judge.Finding{}, nil, witness.Limits{}))
	assert.NotContains(t, b.String(), "NaN")
}

func TestSummary(t *testing.T) {
	wrong := finding()
	wrong.Breaches, wrong.Grade, wrong.Acted = []string{"x"}, judge.GradeWrong, time.Time{}
	assert.Equal(t, "1 of 2 faults answered rightly, 1 of 2 root causes right\nacted after 2.1 s, restored after 6.0 s in the median of 1",
		Summary([]*judge.Finding{finding(), wrong}))
}
