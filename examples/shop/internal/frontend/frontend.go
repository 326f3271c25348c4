// Package frontend is what customers talk to:
//
//	GET  /catalogue?user=U&currency=C   a page of articles, with suggestions
//	GET  /cart?user=U&currency=C        somebody's cart
//	POST /cart                          puts an article into it (api.Add)
//	POST /checkout                      buys it, with one more article (api.Buy)
//
// and, for who runs it,
//
//	POST /admin/degrade {"level": 1}    serves simpler pages (see level.go); 0 is normal; also /admin/degrade?level=1
//	GET  /admin/degrade                 tells the level
package frontend

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/url"

	"github.com/otelheal/otelheal/examples/shop/internal/api"
	"github.com/otelheal/otelheal/examples/shop/internal/catalogue"
	"github.com/otelheal/otelheal/examples/shop/internal/goods"
	"github.com/otelheal/otelheal/examples/shop/internal/service"
	"github.com/otelheal/otelheal/examples/shop/internal/web"
	"github.com/otelheal/otelheal/examples/shop/topology"
)

type frontend struct {
	service.Parts
	level level
	pages pages
}

// Register adds the handlers.
func Register(p service.Parts) {
	f := &frontend{Parts: p}
	p.App.Handle("GET /catalogue", f.browse)
	p.App.Handle("GET /cart", f.viewCart)
	p.App.Handle("POST /cart", f.addToCart)
	p.App.Handle("POST /checkout", f.checkout)
	p.App.Handle("GET /admin/degrade", f.showLevel)
	p.App.Handle("POST /admin/degrade", f.setLevel)
}

func (f *frontend) browse(ctx context.Context, r *http.Request) (any, error) {
	user, currency := r.URL.Query().Get("user"), r.URL.Query().Get("currency")
	if err := f.Station.Work(ctx, f.level.cost(browseCost)); err != nil {
		return nil, err
	}
	if page, ok := f.pages.get(currency); ok && f.level.reduced() {
		return page, nil
	}
	found, err := catalogue.Ask(ctx, f.Peers[topology.RoleCatalogue], rand.IntN(len(goods.All())), url.QueryEscape(currency))
	if err != nil {
		return nil, err
	}
	page := api.Page{Currency: currency, Items: found.Items}
	f.pages.put(page)
	if f.level.reduced() {
		return page, nil
	}
	var suggested api.Items
	if err := f.Peers[topology.RoleRecommendation].Call(ctx, http.MethodGet, "/suggestions", whose(user, currency), nil, &suggested); err != nil {
		return nil, err
	}
	page.Suggestions = suggested.Items
	page.Notice, err = f.notice(ctx, currency)
	return page, err
}

func (f *frontend) viewCart(ctx context.Context, r *http.Request) (any, error) {
	user, currency := r.URL.Query().Get("user"), r.URL.Query().Get("currency")
	if err := f.Station.Work(ctx, f.level.cost(cartCost)); err != nil {
		return nil, err
	}
	var cart api.Cart
	err := f.Peers[topology.RoleCart].Call(ctx, http.MethodGet, "/cart", whose(user, currency), nil, &cart)
	if err != nil {
		return nil, err
	}
	cart.Notice, err = f.notice(ctx, currency)
	return cart, err
}

func (f *frontend) addToCart(ctx context.Context, r *http.Request) (any, error) {
	add, err := web.Read[api.Add](r)
	if err != nil {
		return nil, err
	}
	if err := f.Station.Work(ctx, f.level.cost(cartCost)); err != nil {
		return nil, err
	}
	var cart api.Cart
	if err := f.Peers[topology.RoleCart].Call(ctx, http.MethodPost, "/cart", "", add, &cart); err != nil {
		return nil, err
	}
	cart.Notice, err = f.notice(ctx, add.Currency)
	return cart, err
}

func (f *frontend) checkout(ctx context.Context, r *http.Request) (any, error) {
	buy, err := web.Read[api.Buy](r)
	if err != nil {
		return nil, err
	}
	if err := f.Station.Work(ctx, f.level.cost(checkoutCost)); err != nil {
		return nil, err
	}
	var order api.Order
	if err := f.Peers[topology.RoleCheckout].Call(ctx, http.MethodPost, "/orders", "", buy, &order); err != nil {
		return nil, err
	}
	order.Notice, err = f.notice(ctx, buy.Currency)
	return order, err
}

// deliveryFee is in euro cents.
const deliveryFee = 490

// notice is the foot of a page; with it the page is made.
func (f *frontend) notice(ctx context.Context, currency string) (string, error) {
	if err := f.Station.Work(ctx, f.level.cost(pageCost)); err != nil {
		return "", err
	}
	return "delivery costs " + f.Table.Format(deliveryFee, currency), nil
}

func whose(user, currency string) string {
	return "?user=" + url.QueryEscape(user) + "&currency=" + url.QueryEscape(currency)
}
