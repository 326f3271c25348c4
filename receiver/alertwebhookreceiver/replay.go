package alertwebhookreceiver

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/book"
)

const (
	firstReplay = 200 * time.Millisecond
	lastReplay  = 5 * time.Second
	batchReplay = 500 // alerts at a time
)

// replay passes on what fired when the last process ended. Until an alert is
// through, requests that speak of it wait, so that its end can't come before it.
func (w *webhook) replay(ctx context.Context) {
	if w.store == nil {
		return
	}
	list, at, err := w.store.load(ctx, w.now())
	if err != nil {
		w.set.Logger.Warn("stored alerts can't be read, those that fire are not known until their senders repeat them", zap.Error(err))
	}
	ticket, _ := w.book.Reserve(list, w.now()) // nobody else is here yet
	ticket.Stored(at, w.store.high)
	w.done.Go(func() {
		for from := 0; from < len(list); from += batchReplay {
			if !w.replayBatch(ctx, list[from:min(len(list), from+batchReplay)]) {
				ticket.Release()
				return
			}
		}
		if len(list) > 0 {
			w.set.Logger.Info("alerts that fired before are passed on again", zap.Int("alerts", len(list)))
		}
		ticket.Commit() // they are stored as they are, and as old as they are
	})
}

// replayBatch tries until the pipelines take the alerts, or refuse them for
// good; it tells whether ctx let it.
func (w *webhook) replayBatch(ctx context.Context, list []event.Alert) bool {
	for delay := firstReplay; ; delay = min(2*delay, lastReplay) {
		limited, cancel := context.WithTimeout(ctx, w.cfg.Timeout)
		err := w.emit(limited, list, source{format: "storage", replayed: true}, &report{})
		cancel()
		if err == nil || consumererror.IsPermanent(err) {
			return true
		}
		w.changes.warn("stored alerts can't be passed on, it is tried again", err.Error())
		timer := time.NewTimer(delay)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false
		}
	}
}

// commit notes that alerts were passed on, in the book and in the store.
func (w *webhook) commit(ctx context.Context, ticket *book.Ticket) {
	w.storing.Lock()
	defer w.storing.Unlock()
	changes := ticket.Commit()
	if w.store == nil {
		return
	}
	err := w.store.apply(context.WithoutCancel(ctx), changes, w.book.High(), w.now())
	if err != nil {
		w.telemetry.ReceiverAlertWebhookStorageFailures.Add(ctx, 1)
		w.changes.warn("alerts that fire could not be stored", err.Error())
		return
	}
	w.changes.over("alerts that fire could not be stored")
}
