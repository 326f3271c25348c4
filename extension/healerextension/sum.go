package healerextension

import (
	"encoding/binary"
	"errors"
	"hash/fnv"

	"go.etcd.io/bbolt"
)

// Each value has a checksum of its own, but what leads to it has none: of a page
// whose number of entries is damaged some are not found, and nothing tells. So
// the journal also keeps a sum of all records, which is brought up to date with
// each of them: the exclusive or of their hashes, in which order does not count.

var keySum = []byte("records") // in the bucket meta

var errSum = errors.New("records are missing or too many: the journal was damaged or edited")

// recordBucket is the bucket of records with its sum.
type recordBucket struct {
	*bbolt.Bucket
	meta *bbolt.Bucket
	sum  uint64
}

func recordsOf(tx *bbolt.Tx) recordBucket {
	b := recordBucket{Bucket: tx.Bucket(bucketRecords), meta: tx.Bucket(bucketMeta)}
	if sum := b.meta.Get(keySum); sum != nil {
		b.sum = number(sum)
		return b
	}
	_ = b.ForEach(func(k, v []byte) error { // an older healer wrote none
		b.sum ^= entryHash(k, v)
		return nil
	})
	return b
}

// put writes a record, in the place of an older one if there is any.
func (b *recordBucket) put(id string, v any) error {
	key := []byte(id)
	b.take(key)
	if err := putJSON(b.Bucket, key, v); err != nil {
		return err
	}
	b.sum ^= entryHash(key, b.Get(key))
	return nil
}

// drop forgets a record.
func (b *recordBucket) drop(id string) error {
	b.take([]byte(id))
	return b.Delete([]byte(id))
}

// take takes what there is under a key out of the sum.
func (b *recordBucket) take(key []byte) {
	if old := b.Get(key); old != nil {
		b.sum ^= entryHash(key, old)
	}
}

// close stores the sum.
func (b *recordBucket) close() error { return b.meta.Put(keySum, sequence(b.sum)) }

// checkSum compares the records with their sum, if there is one.
func checkSum(tx *bbolt.Tx) error {
	got := uint64(0)
	err := tx.Bucket(bucketRecords).ForEach(func(k, v []byte) error {
		got ^= entryHash(k, v)
		return checkValue(v)
	})
	if want := tx.Bucket(bucketMeta).Get(keySum); err == nil && want != nil && got != number(want) {
		err = errSum
	}
	return err
}

func entryHash(key, value []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(key))))
	_, _ = h.Write(key)
	_, _ = h.Write(value)
	return h.Sum64()
}
