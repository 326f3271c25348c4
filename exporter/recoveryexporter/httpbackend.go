package recoveryexporter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/actionhttp"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 64 << 10

// httpBackend is a backend behind HTTP: one POST for one action.
type httpBackend struct {
	client   *http.Client
	endpoint string
	source   string // of the CloudEvents
	agent    string // User-Agent
	signers  []*standardwebhooks.Webhook
	now      func() time.Time
}

var _ healing.Backend = (*httpBackend)(nil)

func newHTTPBackend(ctx context.Context, cfg *HTTPConfig, host component.Host, set component.TelemetrySettings) (*httpBackend, error) {
	client, err := cfg.Client.ToClient(ctx, host.GetExtensions(), set)
	if err != nil {
		return nil, fmt.Errorf("make client of `http`: %w", err)
	}
	// A redirect would carry the action, and what authorizes it, to a host that
	// nobody configured.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b := &httpBackend{client: client, endpoint: cfg.Client.Endpoint, now: time.Now}
	for _, s := range cfg.SigningSecrets {
		signer, err := actionhttp.NewSigner(string(s))
		if err != nil {
			return nil, fmt.Errorf("`signing_secrets` %w", err)
		}
		b.signers = append(b.signers, signer)
	}
	return b, nil
}

// Submit implements healing.Backend. Its errors are permanent where the same
// request can't succeed later, and throttled where the answer names a delay.
func (b *httpBackend) Submit(ctx context.Context, a *event.Action) (healing.Receipt, error) {
	e := actionhttp.NewCloudEvent(b.source, a)
	body, err := e.Encode()
	if err != nil {
		return healing.Receipt{}, consumererror.NewPermanent(err)
	}
	header := http.Header{"Content-Type": {actionhttp.ContentType}, "Accept": {"application/json"}}
	resp, answer, err := b.post(ctx, e.ID, header, body)
	if err != nil {
		return healing.Receipt{}, err
	}
	return b.judge(resp, answer, a.ID)
}

// post signs and sends one message and reads the answer.
func (b *httpBackend) post(ctx context.Context, id string, header http.Header, body []byte) (*http.Response, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, nil, consumererror.NewPermanent(withoutURL(err))
	}
	req.Header = header
	req.Header.Set("User-Agent", b.agent)
	if err := actionhttp.Sign(req.Header, b.signers, id, b.now(), body); err != nil {
		return nil, nil, consumererror.NewPermanent(err)
	}
	resp, err := b.client.Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("send action: %w", withoutURL(err))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, nil, fmt.Errorf("read answer: %w", err)
	}
	return resp, answer, nil
}

// judge turns an answer into a receipt or an error of the right sort.
func (b *httpBackend) judge(resp *http.Response, answer []byte, id string) (healing.Receipt, error) {
	code := resp.StatusCode
	switch {
	case code >= 200 && code < 300:
		return receiptOf(answer, id), nil
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500:
		err := fmt.Errorf("backend answered %d", code)
		if wait := retryAfter(resp.Header.Get("Retry-After"), b.now()); wait > 0 {
			return healing.Receipt{}, exporterhelper.NewThrottleRetry(err, wait)
		}
		return healing.Receipt{}, err
	case code >= 300 && code < 400:
		return healing.Receipt{}, consumererror.NewPermanent(fmt.Errorf(
			"backend answered %d: redirects are not followed, set `endpoint` to the final address", code))
	}
	switch r := receiptOf(answer, id); {
	case r.Verdict == healing.VerdictDuplicate || r.Verdict == healing.VerdictStale:
		return r, nil // such as 409 to a message whose first answer was lost
	case r.Verdict == healing.VerdictInvalid && r.Reason != "":
		return healing.Receipt{}, consumererror.NewPermanent(fmt.Errorf("backend answered %d: %.200q", code, r.Reason))
	}
	// Any other text could repeat credentials, so it is not shown.
	return healing.Receipt{}, consumererror.NewPermanent(fmt.Errorf("backend answered %d", code))
}

// receiptOf reads the receipt in an answer. A backend need not send one: then
// its status alone says that it took the action.
func receiptOf(answer []byte, id string) healing.Receipt {
	r := healing.Receipt{}
	if json.Unmarshal(answer, &r) != nil {
		r = healing.Receipt{}
	}
	switch r.Verdict {
	case healing.VerdictUpdated, healing.VerdictDuplicate, healing.VerdictStale, healing.VerdictInvalid:
	default:
		r.Verdict = healing.VerdictAccepted
	}
	r.ActionID = id
	return r
}

// withoutURL takes the address, which can hold a token, out of the error.
func withoutURL(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return u.Err
	}
	return err
}

func (b *httpBackend) close() { b.client.CloseIdleConnections() }
