package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/api"
	"github.com/otelheal/otelheal/examples/shop/internal/goods"
	"github.com/otelheal/otelheal/examples/shop/internal/money"
)

const (
	patience = time.Second             // of the witness
	giveUp   = 2500 * time.Millisecond // of the customer
	users    = 400
)

// Why a request was not ok.
const (
	failureLate    = "late"
	failureStatus  = "status"
	failureRefused = "refused"
	failureBody    = "body"
	failureDropped = "dropped"
)

// journey is a kind of request: how often it comes, and how it is made and judged.
type journey struct {
	name  string
	share float64
	make  func(base string, c customer) (*http.Request, error)
	right func(body []byte, c customer) bool
}

// customer is somebody with a currency and an article in mind.
type customer struct {
	user, currency, article string
}

func someone() customer {
	return customer{
		user:     fmt.Sprintf("u%03d", rand.IntN(users)),
		currency: pick(money.Currencies()),
		article:  pick(goods.All()).ID,
	}
}

func pick[T any](from []T) T { return from[rand.IntN(len(from))] }

var journeys = []journey{
	{"browse", 0.40, func(base string, c customer) (*http.Request, error) {
		return http.NewRequest(http.MethodGet, base+"/catalogue?user="+c.user+"&currency="+c.currency, nil)
	}, right(func(p api.Page, c customer) bool {
		return p.Currency == c.currency && len(p.Items) > 0 &&
			!slices.ContainsFunc(p.Items, func(i api.Item) bool { return i.ID == "" || i.Price == "" })
	})},
	{"add", 0.15, func(base string, c customer) (*http.Request, error) {
		return post(base+"/cart", api.Add{User: c.user, Article: c.article, Quantity: 1, Currency: c.currency})
	}, right(func(cart api.Cart, c customer) bool {
		return cart.User == c.user && cart.Total != "" &&
			slices.ContainsFunc(cart.Lines, func(l api.Line) bool { return l.Article == c.article })
	})},
	{"view", 0.10, func(base string, c customer) (*http.Request, error) {
		return http.NewRequest(http.MethodGet, base+"/cart?user="+c.user+"&currency="+c.currency, nil)
	}, right(func(cart api.Cart, c customer) bool { return cart.User == c.user && cart.Total != "" })},
	{"checkout", 0.35, func(base string, c customer) (*http.Request, error) {
		return post(base+"/checkout", api.Buy{User: c.user, Article: c.article, Currency: c.currency})
	}, right(func(o api.Order, c customer) bool {
		return o.Paid && o.Order != "" && o.Total != "" && o.Currency == c.currency
	})},
}

func right[T any](judge func(T, customer) bool) func([]byte, customer) bool {
	return func(body []byte, c customer) bool {
		var answer T
		return json.Unmarshal(body, &answer) == nil && judge(answer, c)
	}
}

func post(url string, body any) (*http.Request, error) {
	content, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(content))
	if err == nil {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}

// draw picks a journey by its share.
func draw() journey {
	at := rand.Float64()
	for _, j := range journeys {
		if at -= j.share; at < 0 {
			return j
		}
	}
	return journeys[0]
}

// failureOf names why an answer is not what the customer wanted; empty if it is.
func failureOf(err error, status int, right bool, took time.Duration) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded), err == nil && took > patience:
		return failureLate
	case err != nil:
		return failureRefused
	case status < 200 || status > 299:
		return failureStatus
	case !right:
		return failureBody
	default:
		return ""
	}
}
