package alertwebhookreceiver

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/payload"
)

// answer is what a sender is told, and what is counted.
type answer struct {
	status int
	result result
	text   string // says what to change; never what stood in the request
	report *report
}

// report tells what became of the alerts of an accepted request.
type report struct {
	Passed    int            `json:"passed"`
	Duplicate int            `json:"duplicate,omitempty"`
	Outdated  int            `json:"outdated,omitempty"`
	Ignored   map[string]int `json:"ignored,omitempty"` // passed on for people to read
	Invalid   int            `json:"invalid,omitempty"`
	Problems  []string       `json:"problems,omitempty"` // the first of the invalid
}

const maxProblems = 5

// retryAfter is for senders that read it, in seconds.
const retryAfter = "1"

func later(text string) answer {
	return answer{status: http.StatusServiceUnavailable, result: resultUnavailable, text: text}
}

// ServeHTTP implements http.Handler.
func (w *webhook) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	began := w.now()
	w.reply(out, r, began, w.handle(r))
}

// reply writes the answer and counts it.
func (w *webhook) reply(out http.ResponseWriter, r *http.Request, began time.Time, a answer) {
	ctx := context.WithoutCancel(r.Context())
	opt := metric.WithAttributes(attribute.String("result", string(a.result)))
	w.telemetry.ReceiverAlertWebhookRequests.Add(ctx, 1, opt)
	w.telemetry.ReceiverAlertWebhookRequestDuration.Record(ctx, w.now().Sub(began).Seconds())
	h := out.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	switch a.status {
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", retryAfter)
	case http.StatusMethodNotAllowed:
		h.Set("Allow", "POST, PUT")
	}
	if a.report != nil {
		h.Set("Content-Type", "application/json")
		out.WriteHeader(a.status)
		_ = json.NewEncoder(out).Encode(a.report) // the sender is gone: it will come again
		return
	}
	http.Error(out, a.text, a.status)
}

// unreadable answers what confighttp refuses before the handler: those without
// credentials, and bodies it can't decompress. The text it has may name either.
func (w *webhook) unreadable(out http.ResponseWriter, r *http.Request, _ string, status int) {
	a := answer{status: http.StatusBadRequest, result: resultMalformed, text: "the body is not encoded as Content-Encoding says, or in a way that is not taken: send it plain or as gzip"}
	if status == http.StatusUnauthorized {
		a = w.unauthorized(r)
	}
	w.reply(out, r, w.now(), a)
}

func (w *webhook) unauthorized(r *http.Request) answer {
	w.changes.warn("a request to the alert webhook was not authorized", "from "+hostOf(r.RemoteAddr))
	return answer{status: http.StatusUnauthorized, result: resultUnauthorized, text: "not authorized"}
}

// handle decides what a request gets.
func (w *webhook) handle(r *http.Request) answer {
	if a, ok := w.understood(r); !ok {
		return a
	}
	if w.verifier != nil && !w.verifier.claims(r.Header) {
		return w.unauthorized(r)
	}
	ctx, cancel := context.WithTimeout(r.Context(), w.cfg.Timeout)
	defer cancel()
	leave := w.gate.enter(ctx, r.RemoteAddr)
	if leave == nil {
		return later("too many requests at once: send it again")
	}
	defer leave()
	body, release, err := readBody(r.Body)
	switch {
	case errors.Is(err, errTooLarge):
		return answer{status: http.StatusRequestEntityTooLarge, result: resultTooLarge, text: "the body is larger than max_request_body_size, as sent or decompressed"}
	case err != nil:
		return answer{status: http.StatusBadRequest, result: resultMalformed, text: "the body could not be read to its end"}
	case release != nil:
		defer release()
	}
	if w.verifier != nil && !w.verifier.valid(r.Header, body, w.now()) {
		return w.unauthorized(r)
	}
	batch, err := payload.Parse(body, w.limits, w.mapping)
	switch {
	case errors.Is(err, payload.ErrTooMany):
		return answer{status: http.StatusRequestEntityTooLarge, result: resultTooLarge, text: err.Error()}
	case err != nil:
		return answer{status: http.StatusBadRequest, result: resultMalformed, text: err.Error()}
	}
	return w.take(ctx, &batch)
}

// understood tells whether this is a request for us at all. A browser can't send
// this content type to another site without asking first, which is not granted.
func (w *webhook) understood(r *http.Request) (answer, bool) {
	no := func(status int, text string) (answer, bool) {
		return answer{status: status, result: resultNotUnderstood, text: text}, false
	}
	if r.URL.Path != w.cfg.Path {
		return no(http.StatusNotFound, "there is nothing here: alerts go to `path` of the receiver")
	}
	if r.Method != http.MethodPost && r.Method != http.MethodPut {
		return no(http.StatusMethodNotAllowed, "alerts are posted")
	}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return no(http.StatusUnsupportedMediaType, "Content-Type must be application/json")
	}
	return answer{}, true
}

// take makes events of a batch and passes them on.
func (w *webhook) take(ctx context.Context, batch *payload.Batch) answer {
	now := w.now()
	rep := &report{Ignored: map[string]int{}}
	alerts := make([]event.Alert, 0, len(batch.Alerts))
	for k := range batch.Alerts {
		a, err := w.rules.Event(&batch.Alerts[k], now)
		if err != nil {
			rep.Invalid++
			if len(rep.Problems) < maxProblems {
				rep.Problems = append(rep.Problems, err.Error())
			}
			continue
		}
		alerts = append(alerts, a)
	}
	if rep.Invalid > 0 {
		w.changes.warn("alerts could not be used", rep.Problems[0])
	}
	if len(alerts) == 0 && rep.Invalid > 0 {
		w.countAlerts(ctx, outcomeInvalid, rep.Invalid)
		return answer{status: http.StatusBadRequest, result: resultMalformed, text: strings.Join(rep.Problems, "\n")}
	}
	if a := w.pass(ctx, alerts, source{format: string(batch.Format), truncated: batch.Truncated}, rep); a.status != http.StatusOK {
		return a
	}
	w.count(ctx, rep)
	if batch.Truncated > 0 {
		w.telemetry.ReceiverAlertWebhookTruncated.Add(ctx, int64(batch.Truncated))
		w.truncated(batch.Truncated)
	}
	return answer{status: http.StatusOK, result: resultAccepted, report: rep}
}

// count counts the alerts of an accepted request.
func (w *webhook) count(ctx context.Context, rep *report) {
	w.countAlerts(ctx, outcomePassed, rep.Passed)
	w.countAlerts(ctx, outcomeDuplicate, rep.Duplicate)
	w.countAlerts(ctx, outcomeOutdated, rep.Outdated)
	w.countAlerts(ctx, outcomeInvalid, rep.Invalid)
	for reason, n := range rep.Ignored {
		w.countAlerts(ctx, outcome(reason), n)
	}
	w.telemetry.ReceiverAlertWebhookLastSuccess.Record(ctx, float64(w.now().UnixMilli())/1000)
}

// refusal is the answer to an error of the pipelines. It is logged and not told:
// it may name what lies behind them.
func (w *webhook) refusal(err error) answer {
	if consumererror.IsPermanent(err) {
		w.changes.warn("pipelines refused alerts for good", err.Error())
		return answer{status: http.StatusUnprocessableEntity, result: resultRefused, text: "the pipelines refuse these alerts for good"}
	}
	w.changes.warn("pipelines can't take alerts, their senders have to repeat them", err.Error())
	return later("the pipelines can't take alerts now: send them again")
}
