// Package recommendation suggests what else somebody may like.
package recommendation

import (
	"context"
	"hash/fnv"
	"net/http"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/api"
	"github.com/otelheal/otelheal/examples/shop/internal/catalogue"
	"github.com/otelheal/otelheal/examples/shop/internal/goods"
	"github.com/otelheal/otelheal/examples/shop/internal/service"
	"github.com/otelheal/otelheal/examples/shop/internal/station"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

const (
	profileCost = 4 * time.Millisecond
	rankCost    = 4 * time.Millisecond

	suggestions = 3
	freeFrom    = 5000 // euro cents from which delivery is free
)

type recommendation struct {
	service.Parts
}

// Register adds the handlers.
func Register(p service.Parts) {
	s := recommendation{p}
	p.App.Handle("GET /suggestions", s.suggest)
}

func (s recommendation) suggest(ctx context.Context, r *http.Request) (any, error) {
	user, currency := r.URL.Query().Get("user"), r.URL.Query().Get("currency")
	if err := s.Station.Work(ctx, station.Cost(profileCost)); err != nil {
		return nil, err
	}
	found, err := catalogue.Ask(ctx, s.Peers[topology.RoleCatalogue], taste(user), currency)
	if err != nil {
		return nil, err
	}
	if err := s.Station.Work(ctx, station.Cost(rankCost)); err != nil {
		return nil, err
	}
	picked := found.Items[:min(suggestions, len(found.Items))]
	for i := range picked {
		picked[i].Name += " (free delivery from " + s.Table.Format(freeFrom, currency) + ")"
	}
	return api.Items{Items: picked}, nil
}

// taste is where in the range somebody's taste lies.
func taste(user string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(user))
	return int(h.Sum32() % uint32(len(goods.All())))
}
