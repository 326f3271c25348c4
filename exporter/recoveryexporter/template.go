package recoveryexporter

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/template"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/internal/actionhttp"
)

// Limits of what a template makes, in bytes. An action at its own limits has
// about 200 KiB as JSON.
const (
	maxBody   = 512 << 10
	maxHeader = 4 << 10
)

// functions that a template has beside those of text/template.
var functions = template.FuncMap{
	"join": func(separator string, list []string) string { return strings.Join(list, separator) },
	"toJSON": func(v any) (string, error) {
		b, err := json.Marshal(v)
		return string(b), err
	},
	"truncate": func(n int, text string) string {
		if r := []rune(text); len(r) > max(n, 0) {
			return string(r[:max(n, 0)])
		}
		return text
	},
}

// scope is what a template sees: the action, and the ID of the message.
type scope struct {
	*event.Action
	MessageID string
}

// requestTemplate makes requests of actions.
type requestTemplate struct {
	contentType string
	syntax      syntax
	body        *template.Template
	headers     map[string]*template.Template
}

// compile parses the templates and makes them safe. Its errors name the key.
func compile(c *TemplateConfig) (*requestTemplate, error) {
	s, err := syntaxOf(c.ContentType)
	if err != nil {
		return nil, err
	}
	t := &requestTemplate{contentType: c.ContentType, syntax: s, headers: map[string]*template.Template{}}
	var errs []error
	if t.body, err = parseTemplate("body", c.Body, s); err != nil {
		errs = append(errs, err)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Headers)) {
		if t.headers[name], err = parseTemplate("headers::"+name, c.Headers[name], syntaxHeader); err != nil {
			errs = append(errs, err)
		}
	}
	return t, errors.Join(errs...)
}

func parseTemplate(key, text string, s syntax) (*template.Template, error) {
	if s == syntaxHeader && strings.ContainsAny(text, "\r\n") {
		return nil, fmt.Errorf("`%s` must be one line", key)
	}
	t, err := template.New(key).Option("missingkey=error").Funcs(functions).Funcs(escapers).Parse(text)
	if err == nil {
		err = secure(t, s)
	}
	if err != nil {
		return nil, fmt.Errorf("`%s` is no template that can be used: %w", key, err)
	}
	return t, nil
}

// render makes the request of an action: its body, and its headers in h.
func (t *requestTemplate) render(a *event.Action, h http.Header) ([]byte, error) {
	data := scope{a, actionhttp.MessageID(a)}
	body := limited{left: maxBody}
	if err := t.body.Execute(&body, data); err != nil {
		return nil, fmt.Errorf("`body`: %w", err)
	}
	switch t.syntax {
	case syntaxJSON:
		if !json.Valid(body.Bytes()) {
			return nil, errors.New("`body` made something that is no JSON: look for commas and quotes around its actions")
		}
	case syntaxForm:
		if _, err := url.ParseQuery(strings.TrimSpace(body.String())); err != nil {
			return nil, errors.New("`body` made something that is no form: it must read a=b&c=d")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.headers)) {
		value := limited{left: maxHeader}
		if err := t.headers[name].Execute(&value, data); err != nil {
			return nil, fmt.Errorf("`headers::%s`: %w", name, err)
		}
		h.Set(name, strings.TrimSpace(value.String()))
	}
	if t.syntax == syntaxForm {
		return bytes.TrimSpace(body.Bytes()), nil // YAML's block ends in a line break
	}
	return body.Bytes(), nil
}

// limited takes no more than it has room for.
type limited struct {
	bytes.Buffer
	left int
}

var errTooLarge = errors.New("the text is too large")

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		return 0, errTooLarge
	}
	return l.Buffer.Write(p)
}
