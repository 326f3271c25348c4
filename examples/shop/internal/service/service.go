// Package service is what every service of the shop is built from.
package service

import (
	"log/slog"

	"github.com/otelheal/otelheal/examples/shop/internal/money"
	"github.com/otelheal/otelheal/examples/shop/internal/station"
	"github.com/otelheal/otelheal/examples/shop/internal/store"
	"github.com/otelheal/otelheal/examples/shop/internal/web"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

// Parts are given to a service, which routes its requests to its handlers.
type Parts struct {
	App      *web.App
	Station  *station.Station
	Table    *money.Table
	PageSize int
	Log      *slog.Logger
	Peers    map[topology.Role]*web.Peer
	Bank     *web.Peer
	Store    *store.Store // nil for roles that keep nothing
}
