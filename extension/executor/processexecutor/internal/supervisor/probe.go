package supervisor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// firstInterval is the pace of probing until the first pass, so that a start
// is not held up by a long interval.
const firstInterval = 200 * time.Millisecond

// prober runs one kind of probe. It uses no proxy, follows no redirect and
// reuses no connection: each probe is a whole one.
type prober struct {
	probe  Probe
	client *http.Client
}

func newProber(p Probe) *prober {
	return &prober{probe: p, client: &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// run probes once.
func (p *prober) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.probe.Timeout)
	defer cancel()
	var err error
	if p.probe.URL != "" {
		err = p.get(ctx)
	} else {
		err = p.dial(ctx)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("timeout after %s", p.probe.Timeout)
	}
	return err
}

func (p *prober) get(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.probe.URL, nil)
	if err != nil {
		return err
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 4096)); err != nil {
		return err
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fmt.Errorf("status %d", resp.StatusCode)
	}
	return nil
}

func (p *prober) dial(ctx context.Context) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", p.probe.Endpoint)
	if err != nil {
		return err
	}
	return conn.Close()
}

// tally turns single probes into a verdict.
type tally struct {
	passed, failed int // in a row; one of them is 0
}

func (t *tally) add(err error) {
	if err == nil {
		t.passed, t.failed = t.passed+1, 0
	} else {
		t.passed, t.failed = 0, t.failed+1
	}
}
