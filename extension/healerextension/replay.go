package healerextension

import (
	"time"

	"go.etcd.io/bbolt"
)

// signatureTolerance is how far a message's time may be from ours, either way:
// the value of the Standard Webhooks libraries.
const signatureTolerance = 5 * time.Minute

// seen notes the ID of a signed message and tells whether it was there already.
// IDs are kept for as long as the message's time stamp would be accepted, and
// survive a restart.
func (j *journal) seen(id string, now time.Time) (again bool, err error) {
	err = j.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketSeen)
		if b.Get([]byte(id)) != nil {
			again = true
			return nil
		}
		var old [][]byte
		err := b.ForEach(func(k, v []byte) error {
			if now.Sub(time.Unix(0, int64(number(v)))) > 2*signatureTolerance {
				old = append(old, k)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, k := range old {
			if err := b.Delete(k); err != nil {
				return err
			}
		}
		return b.Put([]byte(id), sequence(uint64(now.UnixNano())))
	})
	return again, err
}

// unseen takes a note back: the message was not processed and may come again.
func (j *journal) unseen(id string) error {
	return j.db.Update(func(tx *bbolt.Tx) error { return tx.Bucket(bucketSeen).Delete([]byte(id)) })
}
