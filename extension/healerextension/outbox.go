package healerextension

import (
	"bytes"
	"fmt"

	"go.etcd.io/bbolt"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// maxPull bounds what one Pull reads from the outbox.
const maxPull = 256

// entry is one event that waits for the otelheal receiver: exactly one is set.
type entry struct {
	Action  *event.Action  `json:"action,omitempty"`
	Outcome *event.Outcome `json:"outcome,omitempty"`
}

// post puts the events of w into the outbox and drops the oldest beyond its size.
func (j *journal) post(tx *bbolt.Tx, w *healing.Work) (dropped int, err error) {
	box := tx.Bucket(bucketOutbox)
	put := func(e entry) error {
		seq, err := box.NextSequence()
		if err != nil {
			return err
		}
		return putJSON(box, sequence(seq), e)
	}
	for i := range w.Actions {
		if err := put(entry{Action: &w.Actions[i]}); err != nil {
			return 0, err
		}
	}
	for i := range w.Outcomes {
		if err := put(entry{Outcome: &w.Outcomes[i]}); err != nil {
			return 0, err
		}
	}
	if len(w.Actions)+len(w.Outcomes) == 0 {
		return 0, nil
	}
	c := box.Cursor()
	for k, _ := c.First(); k != nil && number(k)+uint64(j.maxOutbox) <= box.Sequence(); k, _ = c.First() {
		if err := c.Delete(); err != nil {
			return dropped, err
		}
		dropped++
	}
	return dropped, nil
}

// checkOutbox looks at every entry, so that a damaged one keeps the healer from
// starting and not the receiver from ever coming past it.
func checkOutbox(tx *bbolt.Tx) error {
	return tx.Bucket(bucketOutbox).ForEach(func(k, v []byte) error {
		var e entry
		if err := getJSON(v, &e); err != nil {
			return fmt.Errorf("event %d: %w", number(k), err)
		}
		return nil
	})
}

// pull reads the events behind position after.
func (j *journal) pull(after uint64, b *healing.Batch) error {
	return j.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketOutbox).Cursor()
		b.Upto = after
		n := 0
		for k, v := c.Seek(sequence(after + 1)); k != nil && n < maxPull; k, v = c.Next() {
			var e entry
			if err := getJSON(v, &e); err != nil {
				return err
			}
			if e.Action != nil {
				b.Actions = append(b.Actions, *e.Action)
			}
			if e.Outcome != nil {
				b.Outcomes = append(b.Outcomes, *e.Outcome)
			}
			b.Upto = number(k)
			n++
		}
		return nil
	})
}

// ack removes the events up to a position.
func (j *journal) ack(upto uint64) error {
	return j.db.Update(func(tx *bbolt.Tx) error {
		c := tx.Bucket(bucketOutbox).Cursor()
		limit := sequence(upto)
		for k, _ := c.First(); k != nil && bytes.Compare(k, limit) <= 0; k, _ = c.First() {
			if err := c.Delete(); err != nil {
				return err
			}
		}
		return nil
	})
}
