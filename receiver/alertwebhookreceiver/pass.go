package alertwebhookreceiver

import (
	"context"
	"net/http"
	"strconv"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/book"
)

// pass passes on those of the alerts that are new, notes them, and fills in the
// report. Only after that may the sender be told that they were taken.
func (w *webhook) pass(ctx context.Context, alerts []event.Alert, from source, rep *report) answer {
	ticket := w.reserve(ctx, alerts)
	if ticket == nil {
		return later("the same alerts are being passed on: send them again")
	}
	fresh := make([]event.Alert, 0, len(alerts))
	for k, fate := range ticket.Fates {
		switch {
		case fate == book.Duplicate:
			rep.Duplicate++
		case fate == book.Outdated:
			rep.Outdated++
		default:
			fresh = append(fresh, alerts[k])
			if why := alerts[k].Ignored; why != "" {
				rep.Ignored[string(why)]++
			} else {
				rep.Passed++
			}
		}
	}
	if err := w.emit(ctx, fresh, from, rep); err != nil {
		ticket.Release()
		return w.refusal(err)
	}
	w.commit(ctx, ticket)
	return answer{status: http.StatusOK}
}

// reserve waits while other requests pass on the same alerts; nil if that took
// too long.
func (w *webhook) reserve(ctx context.Context, alerts []event.Alert) *book.Ticket {
	for {
		ticket, wait := w.book.Reserve(alerts, w.now())
		if ticket != nil {
			return ticket
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil
		}
	}
}

func (w *webhook) emit(ctx context.Context, alerts []event.Alert, from source, rep *report) error {
	ld, unencodable := w.encoder.encode(alerts, from)
	n := ld.LogRecordCount()
	if n > 0 {
		obs := w.obs.StartLogsOp(ctx)
		err := w.next.ConsumeLogs(obs, ld)
		w.obs.EndLogsOp(obs, from.format, n, err)
		if err != nil {
			return err
		}
		w.changes.over("pipelines can't take alerts, their senders have to repeat them")
	}
	if unencodable > 0 {
		rep.Passed -= unencodable
		rep.Invalid += unencodable
		rep.Problems = append(rep.Problems, strconv.Itoa(unencodable)+" alerts are too large to be written")
	}
	return nil
}

// truncated says that senders leave alerts out, once until it changes.
func (w *webhook) truncated(n int) {
	w.changes.warn("a sender left alerts out of its list: raise its limit (max_alerts), or group by more labels", strconv.Itoa(n)+" alerts")
}
