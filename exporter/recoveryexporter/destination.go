package recoveryexporter

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter/exporterhelper"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

var errBreakerOpen = errors.New("circuit breaker is open: the destination failed too often")

// destination is a backend behind its circuit breaker.
type destination struct {
	backend healing.Backend
	now     func() time.Time
	// changed is told of each new state, in order; it must not call back.
	changed func(s breakerState)

	mu      sync.Mutex // guards breaker
	breaker breaker
}

// submit hands the action over unless the breaker is open.
func (d *destination) submit(ctx context.Context, a *event.Action) (healing.Receipt, error) {
	p, wait, ok := d.ask()
	if !ok {
		return healing.Receipt{}, exporterhelper.NewThrottleRetry(errBreakerOpen, wait)
	}
	r := resultNone // also if the backend panics
	defer func() { d.tell(p, r) }()
	receipt, err := d.backend.Submit(ctx, a)
	r = resultOf(err)
	return receipt, err
}

func resultOf(err error) result {
	switch w := (*withheld)(nil); {
	case errors.As(err, &w): // the destination was not asked
		return resultNone
	case err == nil, consumererror.IsPermanent(err):
		return resultAnswered
	case errors.Is(err, context.Canceled):
		return resultNone
	}
	return resultFailed
}

func (d *destination) ask() (permit, time.Duration, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.breaker.state
	p, wait, ok := d.breaker.ask(d.now())
	d.report(before)
	return p, wait, ok
}

func (d *destination) tell(p permit, r result) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.breaker.state
	d.breaker.tell(p, r, d.now())
	d.report(before)
}

func (d *destination) report(before breakerState) {
	if d.breaker.state != before {
		d.changed(d.breaker.state)
	}
}

func (d *destination) state() breakerState {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.breaker.state
}
