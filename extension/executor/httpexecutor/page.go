package httpexecutor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// alert is one element of the body of Alertmanager's POST /api/v2/alerts.
type alert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	StartsAt    time.Time         `json:"startsAt"`
	EndsAt      time.Time         `json:"endsAt"`
}

// alertOf is the page as an alert. Its labels tell one incident and target from
// another and stay the same when the page is sent again; what changes is in the
// annotations.
func alertOf(c *AlertmanagerConfig, o event.Outcome) alert {
	a := alert{
		Labels: map[string]string{
			"alertname": "OtelhealPage", "severity": c.Severity, "incident_id": o.IncidentID,
			"namespace": o.Target.Entity.Namespace, "service": o.Target.Entity.Service,
			"instance": o.Target.Entity.Instance, "reason": o.Reason,
		},
		Annotations: map[string]string{
			"summary": o.Text, "action_id": o.ActionID, "state": string(o.State), "target": o.Target.String(),
			"not_done": strings.Join(o.NotDone, "\n"),
		},
		StartsAt: o.At, EndsAt: o.At.Add(c.ResolveAfter),
	}
	for _, m := range []map[string]string{a.Labels, a.Annotations} {
		for k, v := range m {
			v = strings.ToValidUTF8(v[:min(len(v), event.MaxText)], "")
			if m[k] = v; v == "" {
				delete(m, k) // Alertmanager takes an empty label for a missing one
			}
		}
	}
	return a
}

// page delivers a page. Sent twice it is one alert, so it is sent until it
// arrives or ctx ends; what Alertmanager refuses is not sent again.
func page(ctx context.Context, client *http.Client, c *AlertmanagerConfig, o event.Outcome) error {
	body, err := json.Marshal([]alert{alertOf(c, o)})
	if err != nil {
		return fmt.Errorf("encoding the page: %w", err)
	}
	target, err := url.JoinPath(c.Endpoint, "api/v2/alerts")
	if err != nil {
		return err
	}
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		status, err := do(client, req)
		switch {
		case err == nil && status >= 200 && status <= 299:
			return nil
		case err == nil && status < 500 && status != http.StatusTooManyRequests:
			return fmt.Errorf("alertmanager refused the page with status %d", status)
		case err == nil:
			err = fmt.Errorf("alertmanager answered %d", status)
		}
		if !wait(ctx, pause) {
			return fmt.Errorf("sending the page: %w", err)
		}
	}
}
