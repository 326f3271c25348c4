package frontend

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/api"
	"github.com/otelheal/otelheal/examples/shop/internal/web"
)

// With Slots slots and these service times the frontend serves about 90 requests a second in the load generator's mix,
// and several times as many with simpler pages.
const (
	// Slots is how many pages are made at a time.
	Slots = 6
	// Queue is how many people may wait for one.
	Queue = 256
)

// A request costs something when it comes in, and its page when what it shows is there.
var (
	browseCost   = costs{42 * time.Millisecond, 6 * time.Millisecond}
	cartCost     = costs{42 * time.Millisecond, 6 * time.Millisecond}
	checkoutCost = costs{54 * time.Millisecond, 9 * time.Millisecond}
	pageCost     = costs{21 * time.Millisecond, 6 * time.Millisecond}
)

// costs by level.
type costs [2]time.Duration

// level is how much is left out: 0 nothing; at 1 pages are made in a simpler way, a page of the catalogue is one that was
// shown before if there is one, and nothing is suggested.
type level struct {
	atomic.Int32
}

func (l *level) reduced() bool { return l.Load() > 0 }

func (l *level) cost(c costs) func() time.Duration {
	return func() time.Duration { return c[l.Load()] }
}

type levelMessage struct {
	Level int32 `json:"level"`
}

func (f *frontend) showLevel(context.Context, *http.Request) (any, error) {
	return levelMessage{f.level.Load()}, nil
}

// readLevel takes the level from the query where there is one, so that whoever sends a body of his own can order it by
// the URL alone.
func readLevel(r *http.Request) (levelMessage, error) {
	text := r.URL.Query().Get("level")
	if text == "" {
		return web.Read[levelMessage](r)
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return levelMessage{}, &web.StatusError{Status: http.StatusBadRequest, Text: "`level` in the query is no number", Err: err}
	}
	return levelMessage{int32(n)}, nil
}

func (f *frontend) setLevel(ctx context.Context, r *http.Request) (any, error) {
	m, err := readLevel(r)
	if err != nil {
		return nil, err
	}
	if m.Level < 0 || int(m.Level) >= len(costs{}) {
		return nil, &web.StatusError{Status: http.StatusBadRequest, Text: fmt.Sprintf("`level` must be 0 or 1, found %d", m.Level)}
	}
	f.level.Store(m.Level)
	f.Log.LogAttrs(ctx, slog.LevelInfo, "service level changed", slog.Int("level", int(m.Level)))
	return m, nil
}

// pages keeps the last page shown in each currency, for the few currencies there are.
type pages struct {
	sync.Map
}

const mostPages = 16

func (p *pages) get(currency string) (api.Page, bool) {
	v, ok := p.Load(currency)
	if !ok {
		return api.Page{}, false
	}
	return v.(api.Page), true
}

func (p *pages) put(page api.Page) {
	if _, known := p.Load(page.Currency); !known {
		n := 0
		p.Range(func(any, any) bool { n++; return true })
		if n >= mostPages {
			return
		}
	}
	p.Store(page.Currency, page)
}
