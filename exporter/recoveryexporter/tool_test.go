package recoveryexporter

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer/consumererror"

	"github.com/otelheal/otelheal/event"
)

// toolConfig hands a hanging instance to a tool that runs jobs.
func toolConfig(t *testing.T, endpoint string, change func(c *TemplateConfig)) *Config {
	cfg := remote(t, endpoint, secretNew)
	cfg.Policies = []PolicyConfig{{
		Name: "run-job", Mode: event.ModeAct, Match: MatchConfig{Kinds: []event.Kind{event.KindHang}},
		Steps: []StepConfig{{Verb: "restart", Executor: component.MustNewID("rundeck")}},
	}}
	c := cfg.HTTP.Get().Template.GetOrInsertDefault()
	c.Body = `{"service": {{ .Target.Entity.Service }}, "summary": "{{ .Incident.Summary }}"}`
	c.Headers = map[string]string{"X-Incident": "{{ .Incident.Summary }}"}
	if change != nil {
		change(c)
	}
	require.NoError(t, c.Validate())
	return cfg
}

func TestToolGetsASignedTemplate(t *testing.T) {
	s := newServer(t, status(201))
	r := newRig(t, toolConfig(t, s.URL, nil))
	i := incident("inc-1", time.Now())
	i.Summary = "bad\"}, \r\nX-Admin: yes {{.ID}}"
	require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", i)))
	m := <-s.got
	hook, err := standardwebhooks.NewWebhook(secretNew)
	require.NoError(t, err)
	require.NoError(t, hook.Verify(m.body, m.header))
	assert.Equal(t, "application/json", m.header.Get("Content-Type"))
	assert.Empty(t, m.header.Get("X-Admin"))
	assert.Equal(t, `bad"},   X-Admin: yes {{.ID}}`, m.header.Get("X-Incident"))
	var got map[string]string
	require.NoError(t, json.Unmarshal(m.body, &got))
	assert.Equal(t, map[string]string{"service": "payment", "summary": i.Summary}, got)
}

// Rundeck and the like begin a job with each request, so that there is one for
// one step on one incarnation, whatever comes again and in whichever incident.
func TestToolActsOnce(t *testing.T) {
	s := newServer(t)
	r := newRig(t, toolConfig(t, s.URL, nil))
	send := func(id string, revision uint64, incarnation event.Incarnation) {
		i := incident(id, time.Now())
		i.Revision, i.Cause.Target.Incarnation = revision, incarnation
		require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", i)))
	}
	send("inc-1", 3, "17@1000")
	send("inc-1", 3, "17@1000")
	send("inc-1", 4, "17@1000")
	send("inc-2", 1, "17@1000")
	require.Len(t, s.got, 1)
	assert.EqualValues(t, 3, r.dropped(t, causeWithheld))
	send("inc-3", 1, "18@2000")
	assert.Len(t, s.got, 2, "another life")
}

func TestToolIsNotGivenWhatMayNotBeActedOn(t *testing.T) {
	for name, change := range map[string]func(c *Config, i *event.Incident){
		"dry run":     func(c *Config, _ *event.Incident) { c.Policies[0].Mode = event.ModeDryRun },
		"no policy":   func(_ *Config, i *event.Incident) { i.Cause.Kind = event.KindSlow },
		"over":        func(_ *Config, i *event.Incident) { i.Status = event.IncidentResolved },
		"first guess": func(_ *Config, i *event.Incident) { i.Settled = false },
		"one anomaly": func(_ *Config, i *event.Incident) { i.Evidence[0].Class = event.Inferred },
		"any life":    func(_ *Config, i *event.Incident) { i.Cause.Target.Incarnation = "" },
		"approval":    func(c *Config, _ *event.Incident) { c.Policies[0].Steps[0].Approval = true },
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			cfg := toolConfig(t, s.URL, nil)
			i := incident("inc-1", time.Now())
			change(cfg, i)
			r := newRig(t, cfg)
			require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", i)))
			assert.Empty(t, s.got)
			assert.EqualValues(t, 1, r.dropped(t, causeWithheld))
		})
	}
}

// A tool that may have acted is not asked again; one that surely has not is.
func TestToolInDoubt(t *testing.T) {
	hangUp := func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}
	for name, tt := range map[string]struct {
		answer  http.HandlerFunc
		when    When
		final   bool
		inDoubt bool
	}{
		"no answer":              {hangUp, WhenAct, true, true},
		"500":                    {status(500), WhenAct, true, true},
		"504":                    {status(504), WhenAct, true, true},
		"503":                    {status(503), WhenAct, false, false},
		"429":                    {status(429), WhenAct, false, false},
		"400":                    {status(400), WhenAct, true, false},
		"409, job runs":          {status(409), WhenAct, true, false},
		"redirect":               {status(307), WhenAct, true, false},
		"a chat, no answer":      {hangUp, WhenSettled, false, false},
		"a chat that has broken": {status(500), WhenSettled, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, tt.answer, status(200))
			r := newRig(t, toolConfig(t, s.URL, func(c *TemplateConfig) { c.When = tt.when }))
			ld := records(t, "", incident("inc-1", time.Now()))
			err := r.ConsumeLogs(t.Context(), ld)
			require.Error(t, err)
			assert.Equal(t, tt.final, consumererror.IsPermanent(err), err)
			assert.Equal(t, tt.inDoubt, errors.Is(err, errInDoubt))
			if tt.inDoubt {
				assert.EqualValues(t, 1, r.dropped(t, causeUnknown))
			}
			require.NoError(t, r.ConsumeLogs(t.Context(), ld))
			want := 2
			if tt.inDoubt {
				want = 1
			}
			assert.Len(t, s.got, want)
		})
	}
}

func TestToolThatIsAway(t *testing.T) {
	s := newServer(t)
	endpoint := s.URL
	s.Close()
	r := newRig(t, toolConfig(t, endpoint, nil))
	err := r.ConsumeLogs(t.Context(), records(t, "", incident("inc-1", time.Now())))
	require.Error(t, err)
	assert.False(t, consumererror.IsPermanent(err), "it did not get the request: %s", err)
}

// A chat hears of every incident that is understood, dry runs too.
func TestToolThatTells(t *testing.T) {
	for repeat, want := range map[bool]int{false: 1, true: 3} {
		s := newServer(t)
		cfg := toolConfig(t, s.URL, func(c *TemplateConfig) { c.When, c.Repeat = WhenSettled, repeat })
		cfg.Policies = nil
		r := newRig(t, cfg)
		for revision := range uint64(3) {
			i := incident("inc-1", time.Now())
			i.Revision = revision
			if revision == 2 {
				i.Status = event.IncidentResolved
			}
			for range 2 {
				require.NoError(t, r.ConsumeLogs(t.Context(), records(t, "", i)))
			}
		}
		assert.Len(t, s.got, want, repeat)
	}
}

// A template that fails on what really comes is an error that is counted.
func TestToolTemplateThatFails(t *testing.T) {
	s := newServer(t)
	r := newRig(t, toolConfig(t, s.URL, func(c *TemplateConfig) {
		c.Headers = map[string]string{"X-A": "{{ if gt .Incident.Revision 2 }}{{ index .Incident.Evidence 1 }}{{ end }}"}
	}))
	err := r.ConsumeLogs(t.Context(), records(t, "", incident("inc-1", time.Now())))
	require.ErrorContains(t, err, "`headers::X-A`")
	assert.True(t, consumererror.IsPermanent(err))
	assert.EqualValues(t, 1, r.dropped(t, causeRejected))
	assert.Empty(t, s.got)
}

func TestMemoryForgetsTheOldest(t *testing.T) {
	var m memory
	for k := range maxRemembered {
		require.True(t, m.claim(fmt.Sprint(k)))
	}
	m.release("7")
	require.True(t, m.claim("7"), "given back")
	require.True(t, m.claim("new"))
	assert.False(t, m.claim("1"))
	assert.True(t, m.claim("0"), "the oldest is forgotten")
	assert.Len(t, m.known, maxRemembered)
	assert.Len(t, m.order, maxRemembered)
}
