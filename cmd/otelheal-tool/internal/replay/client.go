package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/input"
)

// maxAnswer bounds one answer; chunks are made small enough to stay far below.
const maxAnswer = 256 << 20

// client asks a server with Prometheus' HTTP API.
type client struct {
	address *url.URL // of query_range
	http    *http.Client
	header  http.Header
	wait    func(context.Context, time.Duration) error
}

// errAgain says that the server may answer later.
var errAgain = errors.New("the server is not ready")

// patience are the waits before asking again.
var patience = []time.Duration{time.Second, 4 * time.Second, 15 * time.Second}

// ask asks again while the server is not ready, as behind a proxy that restarts.
func (c *client) ask(ctx context.Context, query string, start, end int64, step time.Duration) (*input.Answer, error) {
	for k := 0; ; k++ {
		a, err := c.queryRange(ctx, query, start, end, step)
		if !errors.Is(err, errAgain) || k == len(patience) {
			return a, err
		}
		if waitErr := c.wait(ctx, patience[k]); waitErr != nil {
			return nil, errors.Join(err, waitErr)
		}
	}
}

// sleep waits, unless the context ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errTooMuch says that the server, or we, want a shorter stretch at once.
var errTooMuch = errors.New("too much for one answer")

// queryRange asks for the values at start, start+step … end.
func (c *client) queryRange(ctx context.Context, query string, start, end int64, step time.Duration) (*input.Answer, error) {
	form := url.Values{
		"query": {query},
		"start": {unixSeconds(start)},
		"end":   {unixSeconds(end)},
		"step":  {strconv.FormatFloat(step.Seconds(), 'f', -1, 64)},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.address.String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	for name, values := range c.header {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "otelheal-tool")
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the server: %w", redacted(err))
	}
	defer resp.Body.Close()
	body := &limited{r: resp.Body, left: maxAnswer}
	if resp.StatusCode != http.StatusOK {
		return nil, refusal(resp, body)
	}
	a, err := input.ReadAnswer(body)
	switch {
	case body.left <= 0:
		return nil, fmt.Errorf("%w: over %d MiB", errTooMuch, maxAnswer>>20)
	case err != nil:
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	return a, nil
}

// unixSeconds writes nanoseconds as seconds, to the millisecond.
func unixSeconds(nanos int64) string {
	return strconv.FormatFloat(float64(nanos/1e6)/1e3, 'f', 3, 64)
}

// refusal reads why the server gave no answer.
func refusal(resp *http.Response, body io.Reader) error {
	text, _ := io.ReadAll(io.LimitReader(body, 8<<10))
	said := input.Printable(strings.TrimSpace(string(text)), 300)
	var server *input.ServerError
	if _, err := input.ReadAnswer(strings.NewReader(string(text))); errors.As(err, &server) {
		said = server.Error()
	}
	for _, sign := range []string{"maximum resolution", "too many samples", "too many points", "maxSamples", "maxPoints", "maxQueryDuration", "timed out", "timeout"} {
		if strings.Contains(said, sign) {
			return fmt.Errorf("%w: %s", errTooMuch, said)
		}
	}
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("the server wants other credentials (%s): see --user, --bearer-token-file and --header-file", resp.Status)
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusTooManyRequests:
		return fmt.Errorf("%w: %s: %s", errAgain, resp.Status, said)
	case http.StatusNotFound:
		return fmt.Errorf("the server knows no /api/v1/query_range there (%s): give --prometheus with its path, such as https://host/prometheus", resp.Status)
	}
	return fmt.Errorf("the server answered %s: %s", resp.Status, said)
}

// redacted takes the URL out of an error; a host and a cause are enough.
func redacted(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// limited reads up to a number of bytes and remembers that it was too few.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, io.ErrUnexpectedEOF
	}
	if int64(len(p)) > l.left {
		p = p[:l.left]
	}
	n, err := l.r.Read(p)
	l.left -= int64(n)
	return n, err
}
