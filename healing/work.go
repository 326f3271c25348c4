package healing

import "github.com/otelheal/otelheal/event"

// Work is what a [Healer] wants done, in this order: Records, Outcomes and
// Actions in one synced transaction of the journal, then Drop, then Orders and
// Lookups. If the journal fails nothing that stands behind it may be done.
type Work struct {
	Records  []Record        // to persist, whole
	Outcomes []event.Outcome // to persist for the otelheal receiver
	Actions  []event.Action  // new ones, to persist for the receiver as well
	Drop     []string        // IDs of records that are no longer kept
	Orders   []Assignment    // to execute; answer with Healer.Done
	Lookups  []Assignment    // to look up; answer with Healer.Done
}

// Assignment is an order and the executor that it is for.
type Assignment struct {
	Executor string
	Order    Order
}

// Empty tells whether there is nothing to do.
func (w *Work) Empty() bool {
	return len(w.Records)+len(w.Outcomes)+len(w.Actions)+len(w.Drop)+len(w.Orders)+len(w.Lookups) == 0
}

// Journalled tells whether something has to be persisted.
func (w *Work) Journalled() bool {
	return len(w.Records)+len(w.Outcomes)+len(w.Actions)+len(w.Drop) > 0
}
