package healerextension

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/otelheal/otelheal/healing"
)

// Buckets of the journal.
var (
	bucketRecords = []byte("records") // action ID → record
	bucketOutbox  = []byte("outbox")  // sequence number → entry
	bucketSeen    = []byte("seen")    // hash of a webhook ID → time, against replay
	bucketMeta    = []byte("meta")

	keyVersion = []byte("version")
)

const journalVersion = 1

// journal is the healer's store: bbolt, synced at every commit, one process at
// a time. Every value carries a checksum; what fails it is refused, never
// repaired, since acting on a guess is worse than not starting.
type journal struct {
	db        *bbolt.DB
	maxOutbox int
}

// openJournal opens or makes the journal at path, readable by its owner alone.
func openJournal(path string, maxOutbox int) (*journal, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of the journal: %w", err)
	}
	var db *bbolt.DB
	err := sound(func() (err error) {
		db, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: time.Second, FreelistType: bbolt.FreelistMapType})
		return err
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("journal %s is in use: another healer works on it, and there may be only one", path)
	}
	if err != nil {
		return nil, fmt.Errorf("open journal %s: %w (move it away to begin anew: its actions are then not known any more)", path, err)
	}
	j := &journal{db: db, maxOutbox: maxOutbox}
	err = sound(func() error {
		if err := soundHeaders(path); err != nil { // before anything is written, which would replace one
			return err
		}
		if err := db.View(j.check); err != nil {
			return err
		}
		return db.Update(j.begin)
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open journal %s: %w", path, err), db.Close())
	}
	return j, nil
}

// sound turns what bbolt does with a damaged page, which is to panic or to read
// past the end of the file, into an error.
func sound(read func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the journal is damaged: %v", p)
		}
	}()
	return read()
}

// check reads everything that must be right before anything is written; a new
// journal has nothing yet.
func (j *journal) check(tx *bbolt.Tx) error {
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return nil
	}
	if v := meta.Get(keyVersion); v != nil && number(v) != journalVersion {
		return fmt.Errorf("it has version %d, this healer writes %d", number(v), journalVersion)
	}
	for _, name := range [][]byte{bucketRecords, bucketOutbox, bucketSeen} {
		if tx.Bucket(name) == nil {
			return errSum
		}
	}
	return errors.Join(checkOutbox(tx), checkSum(tx))
}

// begin makes the buckets.
func (j *journal) begin(tx *bbolt.Tx) error {
	for _, name := range [][]byte{bucketRecords, bucketOutbox, bucketSeen, bucketMeta} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	meta := tx.Bucket(bucketMeta)
	if meta.Get(keyVersion) != nil {
		return nil
	}
	return meta.Put(keyVersion, sequence(journalVersion))
}

func (j *journal) close() error { return j.db.Close() }

// write persists what has to stand before the rest of the work is done.
func (j *journal) write(w *healing.Work) (dropped int, err error) {
	err = j.db.Update(func(tx *bbolt.Tx) error {
		records := recordsOf(tx)
		for i := range w.Records {
			if err := records.put(w.Records[i].Action.ID, &w.Records[i]); err != nil {
				return err
			}
		}
		for _, id := range w.Drop {
			if err := records.drop(id); err != nil {
				return err
			}
		}
		err := records.close()
		if err != nil {
			return err
		}
		dropped, err = j.post(tx, w)
		return err
	})
	return dropped, err
}

// records are all that the journal holds. One broken value is an error: what
// was done to whom cannot be known without it.
func (j *journal) records() (all []healing.Record, err error) {
	each := func(k, v []byte) error {
		var r healing.Record
		if err := getJSON(v, &r); err != nil {
			return fmt.Errorf("record %q: %w", k[:min(len(k), 64)], err) // a damaged key has any length
		}
		all = append(all, r)
		return nil
	}
	err = sound(func() error {
		return j.db.View(func(tx *bbolt.Tx) error { return tx.Bucket(bucketRecords).ForEach(each) })
	})
	return all, err
}

var crcTable = crc32.MakeTable(crc32.Castagnoli)

var errChecksum = errors.New("the checksum does not match: the journal was damaged or edited")

// putJSON writes a value as its CRC-32C and its JSON.
func putJSON(b *bbolt.Bucket, key []byte, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.Put(key, append(binary.BigEndian.AppendUint32(nil, crc32.Checksum(data, crcTable)), data...))
}

func checkValue(value []byte) error {
	if len(value) < crc32.Size || binary.BigEndian.Uint32(value) != crc32.Checksum(value[crc32.Size:], crcTable) {
		return errChecksum
	}
	return nil
}

func getJSON(value []byte, v any) error {
	if err := checkValue(value); err != nil {
		return err
	}
	return json.Unmarshal(value[crc32.Size:], v)
}

func sequence(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func number(b []byte) uint64 {
	if len(b) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64(b)
}
