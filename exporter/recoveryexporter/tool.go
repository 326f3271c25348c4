package recoveryexporter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/actionhttp"
)

// tool is a destination that reads no CloudEvents: it takes what a template
// makes, at once, and remembers nothing. What a backend sees to is done here as
// far as it can be: what may not be acted on is withheld, and nothing is handed
// over twice.
type tool struct {
	http     *httpBackend
	template *requestTemplate
	when     When
	repeat   bool
	given    memory
}

var _ healing.Backend = (*tool)(nil)

// withheld says why a tool was not given an action.
type withheld struct{ reason healing.Reason }

func (w *withheld) Error() string { return "withheld: " + string(w.reason) }

// errInDoubt is that of a request after which nobody knows whether the tool has
// acted. It is never repeated.
var errInDoubt = errors.New("the tool got the action and gave no answer that tells whether it acted: a person is needed, nothing is sent again")

func newTool(b *httpBackend, c *TemplateConfig) (*tool, error) {
	t, err := compile(c)
	if err != nil {
		return nil, fmt.Errorf("http::template: %w", err)
	}
	return &tool{http: b, template: t, when: c.When, repeat: c.Repeat}, nil
}

func (t *tool) close() { t.http.close() }

// Submit implements healing.Backend.
func (t *tool) Submit(ctx context.Context, a *event.Action) (healing.Receipt, error) {
	if reason := t.unfit(a); reason != "" {
		return healing.Receipt{}, consumererror.NewPermanent(&withheld{reason})
	}
	key := t.key(a)
	if !t.given.claim(key) {
		return healing.Receipt{}, consumererror.NewPermanent(&withheld{healing.ReasonUsedKey})
	}
	header := http.Header{}
	body, err := t.template.render(a, header)
	if err != nil {
		t.given.release(key)
		return healing.Receipt{}, consumererror.NewPermanent(fmt.Errorf("http::template: %w", err))
	}
	header.Set("Content-Type", t.template.contentType)
	err = t.send(ctx, a, header, body)
	if err != nil && !errors.Is(err, errInDoubt) {
		t.given.release(key)
	}
	return healing.Receipt{ActionID: a.ID, Verdict: healing.VerdictAccepted}, err
}

// unfit is the reason to withhold an action.
func (t *tool) unfit(a *event.Action) healing.Reason {
	if t.when == WhenAct {
		return healing.Handover(a, t.http.now())
	}
	switch {
	case a.Incident.Status == event.IncidentResolved && !t.repeat:
		return healing.ReasonSelfHealed // a first message about what is over
	case !a.Incident.Settled:
		return healing.ReasonUnsettled
	}
	return ""
}

// key is what is handed over once: to who acts, a step on an incarnation,
// whichever incident wants it; to who tells, an action or one of its revisions.
func (t *tool) key(a *event.Action) string {
	switch {
	case t.when == WhenAct:
		parts := []string{a.Target.String(), a.Target.Entity.Host}
		for _, s := range a.Steps {
			parts = append(parts, s.Executor, s.Verb)
		}
		return strings.Join(parts, "\x00")
	case t.repeat:
		return actionhttp.MessageID(a)
	}
	return a.ID
}

// send hands the request over. To who acts it goes at most once: only what
// surely did not reach the tool, or what it says it did not take, comes again.
func (t *tool) send(ctx context.Context, a *event.Action, header http.Header, body []byte) error {
	var reached atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { reached.Store(true) }})
	resp, _, err := t.http.post(ctx, actionhttp.MessageID(a), header, body)
	acts := t.when == WhenAct
	switch {
	case err != nil && acts && reached.Load():
		return consumererror.NewPermanent(fmt.Errorf("%w (%w)", errInDoubt, err))
	case err != nil:
		return err
	}
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable, !acts && (code >= 500 || code == http.StatusRequestTimeout):
		err := fmt.Errorf("tool answered %d", code)
		if wait := retryAfter(resp.Header.Get("Retry-After"), t.http.now()); wait > 0 {
			return exporterhelper.NewThrottleRetry(err, wait)
		}
		return err
	case code >= 500, code == http.StatusRequestTimeout:
		return consumererror.NewPermanent(fmt.Errorf("%w (it answered %d)", errInDoubt, code))
	default:
		return consumererror.NewPermanent(fmt.Errorf("tool answered %d", code))
	}
}
