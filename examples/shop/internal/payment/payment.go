// Package payment gets the money, from a bank that is somebody else's.
package payment

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/api"
	"github.com/otelheal/otelheal/examples/shop/internal/service"
	"github.com/otelheal/otelheal/examples/shop/internal/station"
	"github.com/otelheal/otelheal/examples/shop/internal/web"
)

const (
	checkCost = 4 * time.Millisecond
	bookCost  = 3 * time.Millisecond
)

type payment struct {
	service.Parts
}

// Register adds the handlers.
func Register(p service.Parts) {
	s := payment{p}
	p.App.Handle("POST /charge", s.charge)
}

func (s payment) charge(ctx context.Context, r *http.Request) (any, error) {
	c, err := web.Read[api.Charge](r)
	if err != nil {
		return nil, err
	}
	if c.EuroCents <= 0 {
		return nil, &web.StatusError{Status: http.StatusBadRequest, Text: "nothing to charge"}
	}
	if err := s.Station.Work(ctx, station.Cost(checkCost)); err != nil {
		return nil, err
	}
	asked := api.Authorise{Reference: c.Order, Currency: c.Currency, Amount: s.Table.Convert(c.EuroCents, c.Currency)}
	var approved api.Authorised
	if err := s.Bank.Call(ctx, http.MethodPost, "/authorisations", "", asked, &approved); err != nil {
		return nil, err
	}
	if err := s.Station.Work(ctx, station.Cost(bookCost)); err != nil {
		return nil, err
	}
	s.Log.LogAttrs(ctx, slog.LevelInfo, "payment booked", slog.String("order.id", c.Order))
	return api.Charged{Order: c.Order, Approval: approved.Approval, Amount: s.Table.Format(c.EuroCents, c.Currency)}, nil
}
