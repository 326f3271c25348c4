package healerextension

import (
	"crypto/sha256"
	"time"

	"go.etcd.io/bbolt"
)

// signatureTolerance is how far a message's time may be from ours, either way:
// the value of the Standard Webhooks libraries.
const signatureTolerance = 5 * time.Minute

// messageKey is of one length, however long an ID the sender chose.
func messageKey(id string) []byte {
	sum := sha256.Sum256([]byte(id))
	return sum[:]
}

// known tells whether a signed message of this ID was taken before.
func (j *journal) known(id string) (known bool, err error) {
	err = j.db.View(func(tx *bbolt.Tx) error {
		known = tx.Bucket(bucketSeen).Get(messageKey(id)) != nil
		return nil
	})
	return known, err
}

// note keeps the ID of a message that was taken, for as long as its time stamp
// would be accepted and over a restart.
func (j *journal) note(id string, now time.Time) error {
	return j.db.Update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(bucketSeen)
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
		return b.Put(messageKey(id), sequence(uint64(now.UnixNano())))
	})
}
