package process

import (
	"time"

	"go.opentelemetry.io/otel/attribute"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"

	"github.com/otelheal/otelheal/examples/shop/internal/cart"
	"github.com/otelheal/otelheal/examples/shop/internal/catalogue"
	"github.com/otelheal/otelheal/examples/shop/internal/checkout"
	"github.com/otelheal/otelheal/examples/shop/internal/frontend"
	"github.com/otelheal/otelheal/examples/shop/internal/inventory"
	"github.com/otelheal/otelheal/examples/shop/internal/payment"
	"github.com/otelheal/otelheal/examples/shop/internal/recommendation"
	"github.com/otelheal/otelheal/examples/shop/internal/service"
	"github.com/otelheal/otelheal/examples/shop/internal/station"
	"github.com/otelheal/otelheal/examples/shop/internal/web"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

const (
	callTimeout         = time.Second
	frontendCallTimeout = 2 * time.Second
)

// work is what a role does, and with how much capacity.
type work struct {
	register    func(service.Parts)
	station     station.Options
	callTimeout time.Duration
	collection  string // of its database; empty if it has none
}

// usual is several times what is needed at five times the usual load; the frontend is the narrowest place.
var usual = station.Options{Slots: 4, Queue: 256}

var works = map[topology.Role]work{
	topology.RoleFrontend: {
		register:    frontend.Register,
		station:     station.Options{Slots: frontend.Slots, Queue: frontend.Queue},
		callTimeout: frontendCallTimeout,
	},
	topology.RoleCheckout:       {register: checkout.Register, station: usual, callTimeout: callTimeout},
	topology.RoleCart:           {register: cart.Register, station: usual, callTimeout: callTimeout, collection: cart.Collection},
	topology.RoleCatalogue:      {register: catalogue.Register, station: usual, callTimeout: callTimeout},
	topology.RolePayment:        {register: payment.Register, station: usual, callTimeout: callTimeout},
	topology.RoleInventory:      {register: inventory.Register, station: usual, callTimeout: callTimeout, collection: inventory.Collection},
	topology.RoleRecommendation: {register: recommendation.Register, station: usual, callTimeout: callTimeout},
}

func peersOf(t *topology.Topology, timeout time.Duration) map[topology.Role]*web.Peer {
	peers := map[topology.Role]*web.Peer{}
	for _, s := range t.Services {
		var addrs []string
		for _, in := range s.Instances {
			addrs = append(addrs, in.Addr)
		}
		peers[s.Role] = web.NewPeer(addrs, timeout)
	}
	return peers
}

// bankOf names the bank on spans, since it has none of its own: by the attribute in use today and by the one before it.
func bankOf(t *topology.Topology, timeout time.Duration) *web.Peer {
	return web.NewPeer([]string{t.Bank}, timeout, semconv.ServicePeerName("bank"), attribute.String("peer.service", "bank"))
}
