package loki

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	path         = "/loki/api/v1/query_range"
	tenantHeader = "X-Scope-OrgID"
	maxLines     = 50
	maxAnswer    = 1 << 20 // bytes
)

// Client asks one Loki.
type Client struct {
	HTTP       *http.Client
	Endpoint   string // of the server: its scheme, host and prefix
	Tenant     string // none: not sent
	Selector   string // of the streams that are looked through
	InMetadata bool   // the ID is structured metadata and not part of the line
}

// Lines returns the lines of a trace that were written in a stretch of time, in
// its order.
func (c *Client) Lines(ctx context.Context, trace [16]byte, from, to time.Time) ([]Line, error) {
	q := url.Values{
		"query": {c.query(trace)}, "direction": {"forward"}, "limit": {strconv.Itoa(maxLines)},
		"start": {strconv.FormatInt(from.UnixNano(), 10)}, "end": {strconv.FormatInt(to.UnixNano(), 10)},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(c.Endpoint, "/")+path+"?"+q.Encode(), nil)
	if err != nil {
		return nil, withoutURL(err)
	}
	if c.Tenant != "" {
		req.Header.Set(tenantHeader, c.Tenant)
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("loki answered %d", resp.StatusCode) // its text may repeat what authorized us
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, withoutURL(err)
	}
	if len(body) > maxAnswer {
		return nil, fmt.Errorf("loki's answer is longer than %d bytes", maxAnswer)
	}
	return parse(body)
}

// query is LogQL.
func (c *Client) query(trace [16]byte) string {
	id := hex.EncodeToString(trace[:])
	if c.InMetadata {
		return c.Selector + ` | trace_id="` + id + `"`
	}
	return c.Selector + ` |= "` + id + `"`
}

// withoutURL leaves out the address, which may hold what is nobody's business.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
