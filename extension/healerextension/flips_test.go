package healerextension

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

const (
	flips     = 1200
	flipsFrom = "OTELHEAL_TEST_FLIPS" // in the child: the folder, and the first flip
)

// Whichever bit of the journal's file is flipped, the healer either refuses to
// start or knows exactly what it knew: no action comes of a record that was
// damaged, missing or old. Journals are opened in a process of their own, since
// a few flips make bbolt end the process or go round in circles; from that, too,
// no action comes.
func TestAnyFlippedBitIsRefusedOrMeansNothing(t *testing.T) {
	if at := os.Getenv(flipsFrom); at != "" {
		dir, from, _ := strings.Cut(at, "|")
		n, err := strconv.Atoi(from)
		require.NoError(t, err)
		openFlipped(t, dir, n)
		return
	}
	dir := t.TempDir()
	writeSound(t, filepath.Join(dir, "sound.db"))
	counts := map[string]int{}
	for next := 0; next < flips; {
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		child := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d", flipsFrom, dir, next))
		out, _ := child.CombinedOutput()
		cancel()
		for line := range strings.Lines(string(out)) {
			if k, what, ok := strings.Cut(strings.TrimSpace(line), " flip: "); ok {
				counts[what]++
				assert.Contains(t, []string{"refused", "the same"}, what, "flip %s", k)
				n, err := strconv.Atoi(k)
				require.NoError(t, err)
				next = n + 1
			}
		}
		if next < flips {
			counts["ended"]++
			next++
		}
	}
	t.Logf("of %d flips: %v", flips, counts)
	assert.NotZero(t, counts["refused"])
	assert.NotZero(t, counts["the same"])
	assert.Less(t, counts["ended"], flips/100, "refused is better than ended")
}

// writeSound makes a journal that was in use, with free pages and pages that
// were used again, and beside it what it says.
func writeSound(t *testing.T, path string) {
	j, err := openJournal(path, 100)
	require.NoError(t, err)
	w := outcomes(5)
	for k := range 20 {
		w.Records = append(w.Records, healing.Record{Action: *newAction(fmt.Sprint("i", k), "payment-2"), State: event.StateRequested})
	}
	_, err = j.write(w)
	require.NoError(t, err)
	for k := range 20 {
		w.Records[k].State = event.StateExecuting
		_, err := j.write(&healing.Work{Records: w.Records[k : k+1]})
		require.NoError(t, err)
	}
	all, err := j.records()
	require.NoError(t, err)
	require.NoError(t, j.close())
	said, err := json.Marshal(all)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path+".json", said, 0o600))
}

// openFlipped opens journals from one flip on and prints what becomes of each.
func openFlipped(t *testing.T, dir string, from int) {
	file, err := os.ReadFile(filepath.Join(dir, "sound.db"))
	require.NoError(t, err)
	want, err := os.ReadFile(filepath.Join(dir, "sound.db.json"))
	require.NoError(t, err)
	path := filepath.Join(dir, "flipped.db")
	random := rand.New(rand.NewPCG(7, 9))
	for k := range flips {
		bit := random.IntN(len(file) * 8)
		if k < from {
			continue
		}
		damaged := append([]byte(nil), file...)
		damaged[bit/8] ^= 1 << (bit % 8)
		require.NoError(t, os.WriteFile(path, damaged, 0o600))
		stuck := time.AfterFunc(10*time.Second, func() { os.Exit(3) })
		fmt.Printf("%d flip: %s\n", k, openOne(path, string(want)))
		stuck.Stop()
	}
}

func openOne(path, want string) string {
	j, err := openJournal(path, 100)
	if err != nil {
		return "refused"
	}
	defer j.close()
	all, err := j.records()
	if err != nil {
		return "refused"
	}
	if got, _ := json.Marshal(all); string(got) != want {
		return "believed"
	}
	return "the same"
}
