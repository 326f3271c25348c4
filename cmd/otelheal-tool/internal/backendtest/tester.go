package backendtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/actionhttp"
)

// maxAnswer bounds what is read of an answer, as in the exporter.
const maxAnswer = 64 << 10

// pollEvery is how often effects and outcomes are asked for while one is due.
const pollEvery = 50 * time.Millisecond

// tester sends messages to one backend.
type tester struct {
	opt    Options
	client *http.Client
	signer *standardwebhooks.Webhook
	// stranger signs with a secret that the backend cannot know.
	stranger *standardwebhooks.Webhook
	run      string // makes the IDs of this run its own
}

func newTester(o Options) (*tester, error) {
	signer, err := o.validate()
	if err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	stranger, err := standardwebhooks.NewWebhookRaw(key)
	if err != nil {
		return nil, err
	}
	return &tester{
		opt:      o,
		signer:   signer,
		stranger: stranger,
		run:      strings.ToLower(rand.Text()[:8]),
		client: &http.Client{
			Timeout:       o.Timeout,
			Transport:     http.DefaultTransport.(*http.Transport).Clone(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// message is one request, before it is sent.
type message struct {
	id      string
	at      time.Time // of the signature
	body    []byte
	signers []*standardwebhooks.Webhook
	header  func(http.Header) // changes what was set, if not nil
}

// reply is what came back.
type reply struct {
	code    int
	header  http.Header
	receipt healing.Receipt
	took    time.Duration
	err     error
}

// taken tells whether the exporter would be content.
func (r reply) taken() bool { return r.err == nil && r.code >= 200 && r.code < 300 }

// again tells whether the exporter would send the message once more.
func (r reply) again() bool {
	return r.err != nil || r.code == http.StatusRequestTimeout || r.code == http.StatusTooManyRequests || r.code >= 500
}

// refused tells whether the exporter would give the message up.
func (r reply) refused() bool { return !r.taken() && !r.again() }

func (r reply) String() string {
	switch {
	case r.err != nil:
		return r.err.Error()
	case r.receipt.Verdict != "":
		return fmt.Sprintf("%d with verdict %.20q", r.code, r.receipt.Verdict)
	}
	return strconv.Itoa(r.code)
}

func (t *tester) request(ctx context.Context, m message) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.opt.Endpoint, bytes.NewReader(m.body))
	if err != nil {
		return nil, err
	}
	for name, values := range t.opt.Header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", actionhttp.ContentType)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "otelheal-tool")
	if err := actionhttp.Sign(req.Header, m.signers, m.id, m.at, m.body); err != nil {
		return nil, err
	}
	if m.header != nil {
		m.header(req.Header)
	}
	return req, nil
}

// post sends a message once.
func (t *tester) post(ctx context.Context, m message) reply {
	req, err := t.request(ctx, m)
	if err != nil {
		return reply{err: err}
	}
	begin := time.Now()
	res, err := t.client.Do(req)
	if err != nil {
		return reply{err: withoutURL(err), took: time.Since(begin)}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	r := reply{code: res.StatusCode, header: res.Header, took: time.Since(begin), err: err}
	if json.Unmarshal(body, &r.receipt) != nil {
		r.receipt = healing.Receipt{}
	}
	return r
}

// get fetches a page, for effects and outcomes.
func (t *tester) get(ctx context.Context, address string) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, err
	}
	if sameHost(address, t.opt.Endpoint) { // what authorizes us at the backend is nobody else's business
		for name, values := range t.opt.Header {
			req.Header[name] = values
		}
	}
	res, err := t.client.Do(req)
	if err != nil {
		return 0, nil, withoutURL(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, body, err
}

func sameHost(a, b string) bool {
	u, err := url.Parse(a)
	v, err2 := url.Parse(b)
	return err == nil && err2 == nil && u.Scheme == v.Scheme && u.Host == v.Host
}

// withoutURL takes the address, which can hold a token, out of the error.
func withoutURL(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return u.Err
	}
	return err
}

// pause waits, or until the context ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
