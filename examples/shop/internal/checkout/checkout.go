// Package checkout turns a cart into a paid order.
package checkout

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/api"
	"github.com/otelheal/otelheal/examples/shop/internal/goods"
	"github.com/otelheal/otelheal/examples/shop/internal/service"
	"github.com/otelheal/otelheal/examples/shop/internal/station"
	"github.com/otelheal/otelheal/examples/shop/internal/web"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

const (
	checkCost   = 6 * time.Millisecond
	confirmCost = 6 * time.Millisecond
)

type checkout struct {
	service.Parts
}

// Register adds the handlers.
func Register(p service.Parts) {
	c := checkout{p}
	p.App.Handle("POST /orders", c.order)
}

func (c checkout) order(ctx context.Context, r *http.Request) (any, error) {
	buy, err := web.Read[api.Buy](r)
	if err != nil {
		return nil, err
	}
	article, ok := goods.Find(buy.Article)
	if !ok || buy.User == "" {
		return nil, &web.StatusError{Status: http.StatusBadRequest, Text: "there is no such article"}
	}
	if err := c.Station.Work(ctx, station.Cost(checkCost)); err != nil {
		return nil, err
	}
	cart, err := c.cart(ctx, buy)
	if err != nil {
		return nil, err
	}
	id := rand.Text()[:12]
	lines := append(cart.Lines, api.Line{Article: article.ID, Quantity: 1, EuroCents: article.EuroCents})
	total := cart.EuroCents + article.EuroCents

	reservation := api.Reservation{Order: id, Currency: buy.Currency, Lines: lines}
	if err := c.Peers[topology.RoleInventory].Call(ctx, http.MethodPost, "/reservations", "", reservation, nil); err != nil {
		return nil, err
	}
	charge := api.Charge{Order: id, Currency: buy.Currency, EuroCents: total}
	if err := c.Peers[topology.RolePayment].Call(ctx, http.MethodPost, "/charge", "", charge, nil); err != nil {
		return nil, err
	}
	if err := c.Peers[topology.RoleCart].Call(ctx, http.MethodDelete, "/cart", "?user="+url.QueryEscape(buy.User), nil, nil); err != nil {
		return nil, err
	}
	if err := c.Station.Work(ctx, station.Cost(confirmCost)); err != nil {
		return nil, err
	}
	c.Log.LogAttrs(ctx, slog.LevelInfo, "order placed", slog.String("order.id", id))
	return api.Order{Order: id, Currency: buy.Currency, Total: c.Table.Format(total, buy.Currency), Paid: true}, nil
}

func (c checkout) cart(ctx context.Context, buy api.Buy) (api.Cart, error) {
	var cart api.Cart
	query := "?user=" + url.QueryEscape(buy.User) + "&currency=" + url.QueryEscape(buy.Currency)
	err := c.Peers[topology.RoleCart].Call(ctx, http.MethodGet, "/cart", query, nil, &cart)
	return cart, err
}
