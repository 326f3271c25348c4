package alertwebhookreceiver

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/book"
)

// A sender that got its 200 may repeat an alert after hours, or never. So those
// that fire are stored, and passed on again at the next start.
const (
	keyHigh  = "v1/high" // all slots are below
	keySlot  = "v1/slot/"
	maxSlots = 1 << 20
	// storedFor is how old a stored alert may be. Its sender repeats it before, or
	// has lost sight of it.
	storedFor = 24 * time.Hour
)

// stored is an alert in its slot.
type stored struct {
	Alert event.Alert `json:"alert"`
	At    time.Time   `json:"at"`
}

type store struct {
	client storage.Client
	high   int // as it is stored
}

func openStore(ctx context.Context, host component.Host, id, owner component.ID) (*store, error) {
	ext, ok := host.GetExtensions()[id]
	if !ok {
		return nil, fmt.Errorf("`storage`: there is no extension %q: add it under `extensions` and to the list `service::extensions`", id)
	}
	s, ok := ext.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("`storage`: extension %q stores nothing: name one that does, such as file_storage", id)
	}
	client, err := s.GetClient(ctx, component.KindReceiver, owner, "")
	if err != nil {
		return nil, fmt.Errorf("open storage %q: %w", id, err)
	}
	return &store{client: client}, nil
}

// load reads the alerts that fired, and by fingerprint their slots. What can't be
// read is left out.
func (s *store) load(ctx context.Context, now time.Time) (list []event.Alert, at map[string]int, err error) {
	raw, err := s.client.Get(ctx, keyHigh)
	if err != nil || raw == nil {
		return nil, nil, err
	}
	high, err := strconv.Atoi(string(raw))
	if err != nil || high < 0 || high > maxSlots {
		return nil, nil, fmt.Errorf("read %s: it is no number of slots", keyHigh)
	}
	ops := make([]*storage.Operation, high)
	for k := range ops {
		ops[k] = storage.GetOperation(slotKey(k))
	}
	if err := s.client.Batch(ctx, ops...); err != nil {
		return nil, nil, err
	}
	s.high, at = high, map[string]int{}
	for k, op := range ops {
		var x stored
		if op.Value != nil && json.Unmarshal(op.Value, &x) == nil && x.Alert.Validate() == nil &&
			x.Alert.Status == event.AlertFiring && now.Sub(x.At) < storedFor {
			list = append(list, x.Alert)
			at[x.Alert.Fingerprint] = k
		}
	}
	return list, at, nil
}

// apply stores what changed, in one transaction.
func (s *store) apply(ctx context.Context, changes []book.Change, high int, now time.Time) error {
	var ops []*storage.Operation
	for _, c := range changes {
		if c.Alert == nil {
			ops = append(ops, storage.DeleteOperation(slotKey(c.Slot)))
			continue
		}
		data, err := json.Marshal(stored{*c.Alert, now})
		if err != nil {
			return fmt.Errorf("encode an alert to be stored: %w", err)
		}
		ops = append(ops, storage.SetOperation(slotKey(c.Slot), data))
	}
	if high != s.high {
		ops = append(ops, storage.SetOperation(keyHigh, []byte(strconv.Itoa(high))))
	}
	if len(ops) == 0 {
		return nil
	}
	if err := s.client.Batch(ctx, ops...); err != nil {
		return err
	}
	s.high = high
	return nil
}

func slotKey(k int) string { return keySlot + strconv.Itoa(k) }
