package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"
)

// CallError says what became of a call that failed: there was an answer with another status than 200, or none.
type CallError struct {
	Method, URL string
	Status      int // 0 if there was no answer
	Err         error
}

func (e *CallError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s %s: %v", e.Method, e.URL, e.Err)
	}
	return fmt.Sprintf("%s %s: answered %d %s", e.Method, e.URL, e.Status, http.StatusText(e.Status))
}

func (e *CallError) Unwrap() error { return e.Err }

// Peer is a service that is called. Its instances take turns.
type Peer struct {
	addrs   []string
	timeout time.Duration
	client  *http.Client
	turn    atomic.Uint64
}

// NewPeer makes a peer of these addresses; each call may take timeout. The attributes are put on the client spans.
func NewPeer(addrs []string, timeout time.Duration, attributes ...attribute.KeyValue) *Peer {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.MaxIdleConnsPerHost = 64
	return &Peer{
		addrs:   addrs,
		timeout: timeout,
		client: &http.Client{Transport: otelhttp.NewTransport(transport,
			otelhttp.WithSpanOptions(trace.WithAttributes(attributes...)))},
	}
}

// Call sends in as JSON (nothing if it is nil) to the instance whose turn it is, and decodes the answer into out. query
// begins with ? or is empty; it is not part of what errors show.
func (p *Peer) Call(ctx context.Context, method, path, query string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	addr := p.addrs[(p.turn.Add(1)-1)%uint64(len(p.addrs))]
	failed := &CallError{Method: method, URL: "http://" + addr + path}

	var body io.Reader
	if in != nil {
		content, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(content)
	}
	request, err := http.NewRequestWithContext(ctx, method, failed.URL+query, body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := p.client.Do(request)
	if err != nil {
		failed.Err = cause(err)
		return failed
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxBody))
		failed.Status = response.StatusCode
		return failed
	}
	if out == nil {
		_, _ = io.Copy(io.Discard, response.Body)
		return nil
	}
	if err := json.NewDecoder(response.Body).Decode(out); err != nil {
		failed.Status, failed.Err = response.StatusCode, err
		return failed
	}
	return nil
}
