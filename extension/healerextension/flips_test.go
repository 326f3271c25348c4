package healerextension

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// Whichever bit of the journal's file is flipped, the healer either refuses to
// start or knows exactly what it knew: no action comes of a record that was
// damaged.
func TestAnyFlippedBitIsRefusedOrMeansNothing(t *testing.T) {
	j, path := newJournal(t, 100)
	w := outcomes(5)
	for k := range 20 {
		w.Records = append(w.Records, healing.Record{Action: *newAction(fmt.Sprint("i", k), "payment-2"), State: event.StateRequested})
	}
	_, err := j.write(w)
	require.NoError(t, err)
	for k := range 20 { // as it goes on, pages are free and used again
		w.Records[k].State = event.StateExecuting
		_, err := j.write(&healing.Work{Records: w.Records[k : k+1]})
		require.NoError(t, err)
	}
	want, err := j.records()
	require.NoError(t, err)
	require.NoError(t, j.close())
	sound, err := os.ReadFile(path)
	require.NoError(t, err)

	random := rand.New(rand.NewPCG(1, 2))
	copyAt := filepath.Join(t.TempDir(), "healer.db")
	refused, same := 0, 0
	for range 400 {
		bit := random.IntN(len(sound) * 8)
		damaged := append([]byte(nil), sound...)
		damaged[bit/8] ^= 1 << (bit % 8)
		require.NoError(t, os.WriteFile(copyAt, damaged, 0o600))
		j, err := openJournal(copyAt, 100)
		if err != nil {
			refused++
			continue
		}
		got, err := j.records()
		if err != nil {
			refused++
		} else {
			same++
			assert.Equal(t, want, got, "bit %d was flipped and believed", bit)
		}
		require.NoError(t, j.close())
	}
	t.Logf("of 400 flips in %d bytes %d were refused, %d were in what is not used", len(sound), refused, same)
	assert.NotZero(t, refused)
}
