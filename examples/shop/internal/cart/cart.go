// Package cart keeps what people want to buy, in a database of its own.
package cart

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/api"
	"github.com/otelheal/otelheal/examples/shop/internal/goods"
	"github.com/otelheal/otelheal/examples/shop/internal/service"
	"github.com/otelheal/otelheal/examples/shop/internal/station"
	"github.com/otelheal/otelheal/examples/shop/internal/web"
)

const (
	checkCost = 3 * time.Millisecond
	sumCost   = 3 * time.Millisecond

	mostPieces = 99 // of one article in a cart
)

// Collection is the name of what is kept.
const Collection = "carts"

type cart struct {
	service.Parts
}

// Register adds the handlers.
func Register(p service.Parts) {
	c := cart{p}
	p.App.Handle("GET /cart", c.view)
	p.App.Handle("POST /cart", c.add)
	p.App.Handle("DELETE /cart", c.empty)
}

func (c cart) view(ctx context.Context, r *http.Request) (any, error) {
	if err := c.Station.Work(ctx, station.Cost(checkCost)); err != nil {
		return nil, err
	}
	kept := api.Cart{User: r.URL.Query().Get("user")}
	if err := c.Store.Get(ctx, kept.User, &kept.Lines); err != nil {
		return nil, err
	}
	return c.sum(ctx, kept, r.URL.Query().Get("currency"))
}

func (c cart) add(ctx context.Context, r *http.Request) (any, error) {
	wanted, err := web.Read[api.Add](r)
	if err != nil {
		return nil, err
	}
	article, ok := goods.Find(wanted.Article)
	if !ok || wanted.Quantity <= 0 || wanted.User == "" {
		return nil, &web.StatusError{Status: http.StatusBadRequest, Text: "there is no such article"}
	}
	if err := c.Station.Work(ctx, station.Cost(checkCost)); err != nil {
		return nil, err
	}
	kept := api.Cart{User: wanted.User}
	if err := c.Store.Update(ctx, kept.User, &kept.Lines, func() {
		kept.Lines = with(kept.Lines, article, wanted.Quantity)
	}); err != nil {
		return nil, err
	}
	return c.sum(ctx, kept, wanted.Currency)
}

func (c cart) empty(ctx context.Context, r *http.Request) (any, error) {
	if err := c.Station.Work(ctx, station.Cost(checkCost)); err != nil {
		return nil, err
	}
	user := r.URL.Query().Get("user")
	return api.Cart{User: user}, c.Store.Delete(ctx, user)
}

// sum adds what the cart costs.
func (c cart) sum(ctx context.Context, kept api.Cart, currency string) (any, error) {
	if err := c.Station.Work(ctx, station.Cost(sumCost)); err != nil {
		return nil, err
	}
	for _, l := range kept.Lines {
		kept.EuroCents += l.EuroCents * int64(l.Quantity)
	}
	kept.Total = c.Table.Format(kept.EuroCents, currency)
	return kept, nil
}

// with adds pieces of an article to the lines of a cart.
func with(lines []api.Line, a goods.Article, pieces int) []api.Line {
	i := slices.IndexFunc(lines, func(l api.Line) bool { return l.Article == a.ID })
	if i < 0 {
		i = len(lines)
		lines = append(lines, api.Line{Article: a.ID, EuroCents: a.EuroCents})
	}
	lines[i].Quantity = min(lines[i].Quantity+pieces, mostPieces)
	return lines
}
