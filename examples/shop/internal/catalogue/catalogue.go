// Package catalogue tells what there is to buy, page by page, in the customer's currency.
//
// A few requests in a hundred meet a snapshot that is just being replaced; they are refused, and callers ask again
// (Ask). So a shop that is well has errors in its traces and logs, as such systems do.
package catalogue

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/api"
	"github.com/otelheal/otelheal/examples/shop/internal/goods"
	"github.com/otelheal/otelheal/examples/shop/internal/money"
	"github.com/otelheal/otelheal/examples/shop/internal/service"
	"github.com/otelheal/otelheal/examples/shop/internal/station"
	"github.com/otelheal/otelheal/examples/shop/internal/web"
)

const (
	lookupCost   = 3 * time.Millisecond
	renderCost   = 3 * time.Millisecond
	replacedRate = 0.03
)

type catalogue struct {
	service.Parts
}

// Register adds the handlers.
func Register(p service.Parts) {
	c := catalogue{p}
	p.App.Handle("GET /items", c.items)
}

// items shows the page that begins with the article at ?from.
func (c catalogue) items(ctx context.Context, r *http.Request) (any, error) {
	if err := c.Station.Work(ctx, station.Cost(lookupCost)); err != nil {
		return nil, err
	}
	if rand.Float64() < replacedRate {
		return nil, &web.StatusError{Status: http.StatusServiceUnavailable, Text: "snapshot is being replaced, ask again"}
	}
	from, err := strconv.Atoi(r.URL.Query().Get("from"))
	if err != nil || from < 0 {
		return nil, &web.StatusError{Status: http.StatusBadRequest, Text: "`from` must be a number of at least 0"}
	}
	if err := c.Station.Work(ctx, station.Cost(renderCost)); err != nil {
		return nil, err
	}
	return api.Items{Items: page(c.Table, r.URL.Query().Get("currency"), from, c.PageSize)}, nil
}

// page wraps around at the end of the range, so that it is always full.
func page(table *money.Table, currency string, from, size int) []api.Item {
	all := goods.All()
	items := make([]api.Item, 0, size)
	for i := range min(size, len(all)) {
		a := all[(from+i)%len(all)]
		items = append(items, api.Item{ID: a.ID, Name: a.Name, Price: table.Format(a.EuroCents, currency)})
	}
	return items
}

// Ask asks a catalogue for a page, once more if it was refused as described above.
func Ask(ctx context.Context, peer *web.Peer, from int, currency string) (api.Items, error) {
	var items api.Items
	query := "?from=" + strconv.Itoa(from) + "&currency=" + currency
	err := peer.Call(ctx, http.MethodGet, "/items", query, nil, &items)
	var call *web.CallError
	if errors.As(err, &call) && call.Status == http.StatusServiceUnavailable {
		err = peer.Call(ctx, http.MethodGet, "/items", query, nil, &items)
	}
	return items, err
}
