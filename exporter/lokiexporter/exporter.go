package lokiexporter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/otelheal/otelheal/exporter/lokiexporter/internal/metadata"
)

const (
	tenantHeader = "X-Scope-OrgID"
	// maxAnswer bounds what is read of an answer, in bytes.
	maxAnswer = 4 << 10
)

// loki sends one request for each batch that the collector's queue hands out.
type loki struct {
	cfg       *Config
	set       exporter.Settings
	encoder   encoder
	telemetry *metadata.TelemetryBuilder
	client    *http.Client // set in start
}

func newLoki(cfg *Config, set exporter.Settings) (*loki, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	return &loki{cfg: cfg, set: set, encoder: encoder{cfg, time.Now}, telemetry: telemetry}, nil
}

func (l *loki) start(ctx context.Context, host component.Host) error {
	client, err := l.cfg.Client.ToClient(ctx, host.GetExtensions(), l.set.TelemetrySettings)
	if err != nil {
		return err
	}
	// A redirect would carry the logs, and what authorizes them, elsewhere.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	l.client = client
	return nil
}

// shutdown runs after the queue was drained, and also without a start.
func (l *loki) shutdown(context.Context) error {
	l.telemetry.Shutdown()
	if l.client != nil {
		l.client.CloseIdleConnections()
	}
	return nil
}

// push sends a batch and turns Loki's answer into what the collector shall do.
func (l *loki) push(ctx context.Context, ld plog.Logs) error {
	body, t, err := l.encoder.body(ld)
	if err != nil {
		l.drop(ctx, "other", ld.LogRecordCount())
		return consumererror.NewPermanent(fmt.Errorf("encode: %w", err))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.cfg.Client.Endpoint, bytes.NewReader(body))
	if err != nil {
		l.drop(ctx, "other", ld.LogRecordCount())
		return consumererror.NewPermanent(withoutURL(err))
	}
	req.Header.Set("Content-Type", "application/x-protobuf") // which Loki takes for snappy, too
	req.Header.Set("User-Agent", "otelheal/"+l.set.BuildInfo.Version)
	if l.cfg.Tenant != "" {
		req.Header.Set(tenantHeader, l.cfg.Tenant)
	}
	resp, err := l.client.Do(req)
	if err != nil {
		return fmt.Errorf("push: %w", withoutURL(err))
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	err = judge(resp, answer, time.Now())
	if consumererror.IsPermanent(err) {
		l.drop(ctx, cause(resp.StatusCode), ld.LogRecordCount())
	}
	if err == nil || consumererror.IsPermanent(err) { // once, not with each retry
		l.count(ctx, t)
	}
	return err
}

func (l *loki) drop(ctx context.Context, cause string, n int) {
	l.telemetry.ExporterLokiDropped.Add(ctx, int64(n), metric.WithAttributes(attribute.String("cause", cause)))
}

func (l *loki) count(ctx context.Context, t tally) {
	l.telemetry.ExporterLokiUnlabelled.Add(ctx, int64(t.unlabelled))
	l.telemetry.ExporterLokiCut.Add(ctx, int64(t.cutLabels), metric.WithAttributes(attribute.String("part", "label")))
	l.telemetry.ExporterLokiCut.Add(ctx, int64(t.cutLines), metric.WithAttributes(attribute.String("part", "line")))
}

// judge: 2xx is taken; 408, 429 and 5xx are for later; the rest is final.
func judge(resp *http.Response, answer []byte, now time.Time) error {
	code := resp.StatusCode
	switch {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, code >= 500:
		err := fmt.Errorf("loki answered %d: %s", code, excerpt(answer))
		if wait := retryAfter(resp.Header.Get("Retry-After"), now); wait > 0 {
			return exporterhelper.NewThrottleRetry(err, wait)
		}
		return err
	case code >= 300 && code < 400:
		return consumererror.NewPermanent(fmt.Errorf("loki answered %d: redirects are not followed, set `endpoint` to the final address", code))
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return consumererror.NewPermanent(fmt.Errorf("loki answered %d: look at `auth` and `tenant`", code)) // its text may repeat credentials
	}
	return consumererror.NewPermanent(fmt.Errorf("loki answered %d: %s", code, excerpt(answer)))
}

func cause(code int) string {
	switch code {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return "bad_request"
	case http.StatusUnauthorized, http.StatusForbidden:
		return "unauthorized"
	case http.StatusRequestEntityTooLarge:
		return "too_large"
	}
	return "other"
}

// excerpt is the begin of an answer, quoted: it repeats labels, which are
// somebody's telemetry.
func excerpt(answer []byte) string {
	return fmt.Sprintf("%.300q", strings.ToValidUTF8(string(bytes.TrimSpace(answer)), "?"))
}

// withoutURL takes the address, which can hold a token, out of the error.
func withoutURL(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return u.Err
	}
	return err
}
