package healerextension

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/healerextension/internal/metadata"
	"github.com/otelheal/otelheal/healing"
)

func newJournal(t *testing.T, maxOutbox int) (*journal, string) {
	path := filepath.Join(t.TempDir(), "state", "healer.db")
	j, err := openJournal(path, maxOutbox)
	require.NoError(t, err)
	t.Cleanup(func() { _ = j.close() })
	return j, path
}

func outcomes(n int) *healing.Work {
	var w healing.Work
	for range n {
		w.Outcomes = append(w.Outcomes, event.Outcome{ActionID: "a", State: event.StateFailed})
	}
	return &w
}

func TestJournalIsSyncedAndItsOwnersAlone(t *testing.T) {
	j, path := newJournal(t, 10)
	assert.False(t, j.db.NoSync)
	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	info, err = os.Stat(filepath.Dir(path))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

func TestSecondHealerIsRefused(t *testing.T) {
	_, path := newJournal(t, 10)
	_, err := openJournal(path, 10)
	require.ErrorContains(t, err, "is in use: another healer works on it, and there may be only one")
}

func TestDamagedJournalKeepsTheHealerFromStarting(t *testing.T) {
	for _, bucket := range [][]byte{bucketRecords, bucketOutbox} {
		t.Run(string(bucket), func(t *testing.T) {
			cfg := newConfig(t)
			cfg.Executors = nil
			j, err := openJournal(cfg.Journal.Path, 10)
			require.NoError(t, err)
			w := outcomes(1)
			w.Records = []healing.Record{{Action: *newAction("i1", "payment-2"), State: event.StateExecuting}}
			_, err = j.write(w)
			require.NoError(t, err)
			require.NoError(t, j.db.Update(func(tx *bbolt.Tx) error {
				b := tx.Bucket(bucket)
				k, v := b.Cursor().First()
				v = append([]byte(nil), v...)
				v[len(v)/2] ^= 1 // one bit
				return b.Put(k, v)
			}))
			require.NoError(t, j.close())
			h := newHealer(extensiontest.NewNopSettings(metadata.Type), cfg)
			err = h.Start(t.Context(), &fakeHost{})
			require.ErrorContains(t, err, "the checksum does not match: the journal was damaged or edited")
			require.ErrorContains(t, err, cfg.Journal.Path)
			require.NoError(t, h.Shutdown(t.Context()))
		})
	}
}

func TestWhatIsNoJournalIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "healer.db")
	require.NoError(t, os.WriteFile(path, make([]byte, 64<<10), 0o600))
	_, err := openJournal(path, 10)
	require.ErrorContains(t, err, "move it away to begin anew")
}

func TestNewerJournalIsRefused(t *testing.T) {
	j, path := newJournal(t, 10)
	require.NoError(t, j.db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketMeta).Put(keyVersion, sequence(journalVersion+1))
	}))
	require.NoError(t, j.close())
	_, err := openJournal(path, 10)
	require.ErrorContains(t, err, "it has version 2, this healer writes 1")
}

func TestOutboxIsBoundedAndAcknowledged(t *testing.T) {
	j, _ := newJournal(t, 10)
	dropped, err := j.write(outcomes(10))
	require.NoError(t, err)
	assert.Zero(t, dropped)
	dropped, err = j.write(outcomes(4))
	require.NoError(t, err)
	assert.Equal(t, 4, dropped)
	var b healing.Batch
	require.NoError(t, j.pull(0, &b))
	assert.Len(t, b.Outcomes, 10)
	assert.EqualValues(t, 14, b.Upto)
	require.NoError(t, j.ack(b.Upto))
	b = healing.Batch{}
	require.NoError(t, j.pull(0, &b))
	assert.True(t, b.Empty())
}

func TestMessageIDsSurviveARestartAndAreForgottenInTime(t *testing.T) {
	j, path := newJournal(t, 10)
	now := time.Now()
	require.NoError(t, j.note("m1", now))
	require.NoError(t, j.close())
	j, err := openJournal(path, 10)
	require.NoError(t, err)
	defer j.close()
	known, err := j.known("m1")
	require.NoError(t, err)
	assert.True(t, known)
	require.NoError(t, j.note("m2", now.Add(2*signatureTolerance+time.Second)))
	known, err = j.known("m1")
	require.NoError(t, err)
	assert.False(t, known, "its time stamp would be refused by now")
}
