package recoveryexporter

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile are texts that a pod may put into its telemetry.
var hostile = []string{
	`","mode":"act","x":"`, `\`, `\"`, `"}]}`, "line\r\nX-Admin: yes", "\r\n\r\nGET / HTTP/1.1", "\x00\x1b[2J\x7f", "{{.ID}}", "{{", "}}",
	"a&admin=1&b=%26", "+ %0d%0a", "</script><script>", "\u2028\u2029\u202e", "\xff\xfe", "$(reboot)`;|", "ünï 日本", `\u0022`, "%s%n", "a=b;c",
}

func compiled(t testing.TB, c TemplateConfig) *requestTemplate {
	c.When = WhenSettled
	require.NoError(t, c.Validate())
	r, err := compile(&c)
	require.NoError(t, err)
	return r
}

func withText(text string) (a scope) {
	action := trialAction()
	action.Incident.Summary, action.Target.Entity.Service = text, text
	action.Incident.Evidence[0].Text = text
	return scope{Action: action}
}

const bodyJSON = `{
  "text": "on {{ .Target.Entity.Service }}: {{ .Incident.Summary | printf "%s!" }}",
  "value": {{ .Incident.Summary }}, "share": {{ .Incident.Confidence }}, "{{ .Target.Entity.Service }}-key": 1,
  "evidence": [{{ range $k, $e := .Incident.Evidence }}{{ if $k }},{{ end }}{{ $e.Text }}{{ end }}],
  {{ with .Incident.Summary }}{{ $copy := . }}"copy": "{{ $copy }}",{{ else }}{{ end }}
  "raw": {{ .Target }}, "escape\"d": "\\{{ .Incident.Summary }}"
}`

// A value arrives as it was, whatever is in it: it ends no string and adds no key.
func checkJSON(t testing.TB, r *requestTemplate, text string) {
	body, err := r.render(withText(text).Action, http.Header{})
	require.NoError(t, err)
	var got map[string]any
	require.NoError(t, json.Unmarshal(body, &got), "%s", body)
	want := strings.ToValidUTF8(text, "\ufffd")
	if text == want { // else Go replaces each bad byte
		assert.Equal(t, "on "+text+": "+text+"!", got["text"])
		assert.Equal(t, text, got["value"])
		assert.Equal(t, []any{text}, got["evidence"])
		assert.Equal(t, `\`+text, got[`escape"d`], "%s", body)
		assert.Contains(t, got, text+"-key")
	}
	keys := 7
	if text != "" {
		keys++ // copy
	}
	assert.Len(t, got, keys, "%s", body)
}

func TestHostileValuesInJSON(t *testing.T) {
	r := compiled(t, TemplateConfig{ContentType: "application/json; charset=utf-8", Body: bodyJSON})
	for _, text := range hostile {
		checkJSON(t, r, text)
	}
}

func FuzzValuesInJSON(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	r := compiled(f, TemplateConfig{ContentType: "application/json", Body: bodyJSON})
	f.Fuzz(func(t *testing.T, text string) { checkJSON(t, r, text) })
}

func TestHostileValuesInForms(t *testing.T) {
	r := compiled(t, TemplateConfig{
		ContentType: "application/x-www-form-urlencoded",
		Body:        "text={{ .Incident.Summary }}&payload={{ toJSON .Incident.Evidence }}&{{ .Target.Entity.Service }}=1\n",
	})
	for _, text := range hostile {
		body, err := r.render(withText(text).Action, http.Header{})
		require.NoError(t, err)
		form, err := url.ParseQuery(string(body))
		require.NoError(t, err, "%s", body)
		assert.Equal(t, text, form.Get("text"))
		assert.Equal(t, "1", form.Get(text))
		assert.True(t, json.Valid([]byte(form.Get("payload"))))
		assert.Len(t, form, 3, "%s", body)
	}
}

func TestHostileValuesInText(t *testing.T) {
	r := compiled(t, TemplateConfig{ContentType: "text/plain", Body: "a: {{ .Incident.Summary }}\nb"})
	for _, text := range hostile {
		body, err := r.render(withText(text).Action, http.Header{})
		require.NoError(t, err)
		lines := strings.Split(string(body), "\n")
		require.Len(t, lines, 2, "%q", body)
		assert.Equal(t, "b", lines[1])
		assert.Equal(t, -1, strings.IndexFunc(lines[0], unicode.IsControl), "%q", body)
	}
}

func TestHostileValuesInHeaders(t *testing.T) {
	r := compiled(t, TemplateConfig{
		ContentType: "text/plain", Body: "x", Headers: map[string]string{"X-Title": "{{ .Incident.Summary }}", "x-fixed": "yes"},
	})
	for _, text := range hostile {
		h := http.Header{}
		_, err := r.render(withText(text).Action, h)
		require.NoError(t, err)
		assert.Len(t, h, 2)
		for _, c := range []byte(h.Get("X-Title")) {
			assert.True(t, c >= ' ' && c < 0x7f, "%q", h.Get("X-Title"))
		}
		assert.Equal(t, "yes", h.Get("X-Fixed"))
	}
}

func TestTemplateIsBounded(t *testing.T) {
	r := compiled(t, TemplateConfig{ContentType: "text/plain", Body: `{{ range .Incident.Chain }}{{ $.Incident.Summary }}{{ end }}`})
	a := withText(strings.Repeat("x", 64<<10)).Action
	for range 16 {
		a.Incident.Chain = append(a.Incident.Chain, "more")
	}
	_, err := r.render(a, http.Header{})
	require.ErrorIs(t, err, errTooLarge)
	r = compiled(t, TemplateConfig{ContentType: "text/plain", Body: "x", Headers: map[string]string{"X-A": "{{ .Incident.Summary }}"}})
	_, err = r.render(a, http.Header{})
	require.ErrorContains(t, err, "`headers::X-A`")
}

func TestTemplateFunctions(t *testing.T) {
	r := compiled(t, TemplateConfig{ContentType: "application/json", Body: `["{{ join ", " .Incident.Blast.Services }}", {{ truncate 3 .Incident.Summary }}, "{{ .MessageID }}"]`})
	body, err := r.render(trialAction(), http.Header{})
	require.NoError(t, err)
	assert.JSONEq(t, `["payment", "pay", "act-1-r1"]`, string(body))
}

// Branches may open and close strings if they agree.
func TestTemplateBranches(t *testing.T) {
	r := compiled(t, TemplateConfig{ContentType: "application/json", Body: `{"a": "{{ if .Steps }}{{ .ID }}", "b": "{{ else }}none", "c": "{{ end }}{{ .ID }}"}`})
	body, err := r.render(trialAction(), http.Header{})
	require.NoError(t, err)
	assert.JSONEq(t, `{"a": "act-1", "b": "act-1"}`, string(body))
}

func TestTemplateFaults(t *testing.T) {
	for body, want := range map[string]string{
		`{{ .Nothing }}`:                         "`body`: template",
		`{{ .ID`:                                 "`body` is no template that can be used: template: body:1: unclosed action",
		`{"a": "{{ if .ID }}"{{ end }}}`:         "opens or closes a JSON string in one of its branches only",
		`["{{ range .Steps }}"{{ end }}]`:        "opens or closes a JSON string",
		`"\{{ .ID }}"`:                           "right behind a backslash",
		`{"a": "x`:                               "ends inside a JSON string",
		`{"a": {{ .ID }} {{ .ID }}}`:             "no JSON",
		`{{ define "x" }}{{ end }}{}`:            "`define` and `block` are not supported",
		`{{ template "x" }}`:                     "not supported",
		`{{ range .Steps }}{{ break }}{{ end }}`: "{{break}} is not supported",
		`"{{ printf .Incident.Summary }}"`:       "the format of printf must be a literal text",
		`"{{ .ID | printf }}"`:                   "the format of printf must be a literal text",
		`"{{ len (printf .ID) }}"`:               "the format of printf must be a literal text",
		`"{{ (printf .ID).X }}"`:                 "the format of printf must be a literal text",
		`"{{ if printf .ID }}{{ end }}"`:         "the format of printf must be a literal text",
		`{{ (index .Steps 0).Verb }}`:            "`body`: template: body", // there may be none
		``:                                       "`body` is missing",
	} {
		c := TemplateConfig{ContentType: "application/json", Body: body, When: WhenSettled}
		err := c.Validate()
		assert.ErrorContains(t, err, want, body)
	}
	for want, c := range map[string]TemplateConfig{
		"`content_type` must be of JSON":               {ContentType: "application/xml", Body: "x", When: WhenAct},
		"`when` must be act or settled, found \"now\"": {ContentType: "text/plain", Body: "x", When: "now"},
		"`repeat` must be false":                       {ContentType: "text/plain", Body: "x", When: WhenAct, Repeat: true},
		"`headers` has \"a b\"":                        {ContentType: "text/plain", Body: "x", When: WhenAct, Headers: map[string]string{"a b": "x"}},
		"`headers::content-type` must not be set here": {ContentType: "text/plain", Body: "x", When: WhenAct, Headers: map[string]string{"content-type": "x"}},
		"`headers::Webhook-ID` must not be set here":   {ContentType: "text/plain", Body: "x", When: WhenAct, Headers: map[string]string{"Webhook-ID": "x"}},
		"`headers::X-A` must be one line":              {ContentType: "text/plain", Body: "x", When: WhenAct, Headers: map[string]string{"X-A": "a\nb"}},
		"`headers::X-B`: template":                     {ContentType: "text/plain", Body: "x", When: WhenAct, Headers: map[string]string{"X-B": "{{ .Nope }}"}},
		"`body` made something that is no form":        {ContentType: "application/x-www-form-urlencoded", Body: "a=%zz", When: WhenAct},
	} {
		assert.ErrorContains(t, c.Validate(), want)
	}
}
