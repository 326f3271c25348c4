package healerextension

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/healing"
)

const (
	maxSilencesBody = 4 << 20 // bytes of one answer
	silencesPath    = "/api/v2/silences"
)

// silences follows the active silences of an Alertmanager. While it does not
// answer, the last known ones hold: a wish to be left alone does not lapse
// because the network does.
type silences struct {
	client   *http.Client
	url      string
	interval time.Duration
	log      *zap.Logger
	known    atomic.Pointer[[]healing.Silence]
	failing  bool // of the newest attempt; the loop's own
}

func newSilences(ctx context.Context, host component.Host, set component.TelemetrySettings, cfg *SilencesConfig) (*silences, error) {
	client, err := cfg.Client.ToClient(ctx, host.GetExtensions(), set)
	if err != nil {
		return nil, err
	}
	return &silences{
		client: client, interval: cfg.Interval, log: set.Logger,
		url: strings.TrimSuffix(cfg.Client.Endpoint, "/") + silencesPath,
	}, nil
}

func (s *silences) current() []healing.Silence {
	if known := s.known.Load(); known != nil {
		return *known
	}
	return nil
}

func (s *silences) follow(ctx context.Context) {
	defer s.client.CloseIdleConnections()
	ticker := time.NewTicker(s.interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.refresh(ctx)
		}
	}
}

// readWithin bounds one reading. The first one is a part of Start, so that a
// silence of before a restart is known before anything is done after it.
const readWithin = 3 * time.Second

func (s *silences) refresh(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	found, err := s.read(limited)
	switch {
	case err == nil:
		s.known.Store(&found)
		s.failing = false
	case ctx.Err() == nil && !s.failing:
		s.failing = true
		s.log.Warn("Silences cannot be read; the last known ones hold", zap.Error(err))
	}
}

// apiSilence is the part of Alertmanager's answer that matters here.
type apiSilence struct {
	ID        string `json:"id"`
	CreatedBy string `json:"createdBy"`
	Status    struct {
		State string `json:"state"`
	} `json:"status"`
	Matchers []struct {
		Name    string `json:"name"`
		Value   string `json:"value"`
		IsRegex bool   `json:"isRegex"`
		IsEqual *bool  `json:"isEqual"` // absent before Alertmanager 0.22: equal
	} `json:"matchers"`
}

func (s *silences) read(ctx context.Context) ([]healing.Silence, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return nil, err
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("alertmanager answers %s", res.Status)
	}
	var listed []apiSilence
	if err := json.NewDecoder(io.LimitReader(res.Body, maxSilencesBody)).Decode(&listed); err != nil {
		return nil, fmt.Errorf("decode silences: %w", err)
	}
	var active []healing.Silence
	for _, l := range listed {
		if l.Status.State != "active" {
			continue
		}
		silence, err := l.compile()
		if err != nil {
			return nil, err
		}
		active = append(active, silence)
	}
	return active, nil
}

func (l *apiSilence) compile() (healing.Silence, error) {
	s := healing.Silence{ID: l.ID, By: l.CreatedBy}
	for _, m := range l.Matchers {
		pattern := m.Value
		if !m.IsRegex {
			pattern = regexp.QuoteMeta(pattern)
		}
		value, err := regexp.Compile("^(?:" + pattern + ")$")
		if err != nil {
			return s, fmt.Errorf("silence %s: %w", l.ID, err)
		}
		s.Matchers = append(s.Matchers, healing.Matcher{
			Name: m.Name, Value: value, Negative: m.IsEqual != nil && !*m.IsEqual,
		})
	}
	return s, nil
}
