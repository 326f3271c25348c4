// Package inventory sets stock aside for orders, in a database of its own.
package inventory

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/api"
	"github.com/otelheal/otelheal/examples/shop/internal/service"
	"github.com/otelheal/otelheal/examples/shop/internal/station"
	"github.com/otelheal/otelheal/examples/shop/internal/web"
)

const (
	checkCost  = 4 * time.Millisecond
	insureCost = 3 * time.Millisecond

	delivery = 10_000 // pieces that come when an article runs out
)

// Collection is the name of what is kept: how many pieces there are, by article.
const Collection = "stock"

type inventory struct {
	service.Parts
}

// Register adds the handlers.
func Register(p service.Parts) {
	i := inventory{p}
	p.App.Handle("POST /reservations", i.reserve)
}

func (i inventory) reserve(ctx context.Context, r *http.Request) (any, error) {
	wanted, err := web.Read[api.Reservation](r)
	if err != nil {
		return nil, err
	}
	if len(wanted.Lines) == 0 {
		return nil, &web.StatusError{Status: http.StatusBadRequest, Text: "nothing to reserve"}
	}
	if err := i.Station.Work(ctx, station.Cost(checkCost)); err != nil {
		return nil, err
	}
	var value int64
	for _, l := range wanted.Lines {
		value += l.EuroCents * int64(l.Quantity)
		stock := 0
		if err := i.Store.Update(ctx, l.Article, &stock, func() { stock = take(stock, l.Quantity) }); err != nil {
			return nil, fmt.Errorf("stock of %s: %w", l.Article, err)
		}
	}
	if err := i.Station.Work(ctx, station.Cost(insureCost)); err != nil {
		return nil, err
	}
	return api.Reserved{Order: wanted.Order, Value: i.Table.Format(value, wanted.Currency)}, nil
}

// take is what is left of a stock; an article that has run out is delivered first.
func take(stock, pieces int) int {
	if stock < pieces {
		stock += delivery
	}
	return stock - pieces
}
