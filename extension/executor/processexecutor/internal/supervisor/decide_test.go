package supervisor

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/proc"
	"github.com/otelheal/otelheal/healing"
)

func TestDecide(t *testing.T) {
	ended := func(s event.AgentStatus) unitRecord { return unitRecord{Phase: phaseEnded, Status: s} }
	for name, c := range map[string]struct {
		rec  unitRecord
		see  found
		want plan
	}{
		"first start":                      {unitRecord{}, found{}, planStart},
		"record lost, process there":       {unitRecord{}, found{marked: true}, planAdoptMarked},
		"runs":                             {unitRecord{Phase: phaseRunning}, found{known: true, alive: true, sameBoot: true, marked: true}, planAdopt},
		"forked, never recorded":           {unitRecord{Phase: phaseStarting}, found{known: true, sameBoot: true, marked: true}, planAdoptMarked},
		"intended, never forked":           {unitRecord{Phase: phaseStarting}, found{known: true, sameBoot: true}, planStart},
		"intended, machine rebooted":       {unitRecord{Phase: phaseStarting}, found{known: true}, planStart},
		"signal perhaps sent, still there": {unitRecord{Phase: phaseStopping}, found{known: true, alive: true, sameBoot: true, marked: true}, planRestart},
		"stopped, not yet started":         {unitRecord{Phase: phaseStopping}, found{known: true, sameBoot: true}, planStart},
		"crashed":                          {ended(event.AgentExited), found{known: true, sameBoot: true}, planRest},
		"crashed, machine rebooted":        {ended(event.AgentExited), found{known: true}, planStart},
		"stopped by a person":              {ended(event.AgentStopped), found{known: true, sameBoot: true}, planRest},
		"stopped by a person, rebooted":    {ended(event.AgentStopped), found{known: true}, planRest},
		"ran, machine rebooted":            {unitRecord{Phase: phaseRunning}, found{known: true}, planStart},
	} {
		assert.Equal(t, c.want, decide(&c.rec, c.see), name)
	}
}

func TestPickMarked(t *testing.T) {
	of := func(start uint64, token string) proc.Found {
		return proc.Found{Identity: proc.Identity{PID: int(start), Start: start}, Token: token}
	}
	all := []proc.Found{of(30, "x:b"), of(10, "x:a"), of(20, "x:a")}
	got, ok := pickMarked(all, "x:b", true)
	assert.True(t, ok)
	assert.Equal(t, of(30, "x:b"), got)
	_, ok = pickMarked(all, "x:c", true)
	assert.False(t, ok, "another life's process is not the one that was intended")
	got, ok = pickMarked(all, "", false)
	assert.True(t, ok)
	assert.Equal(t, of(10, "x:a"), got, "the oldest: a child that left the session is younger")
}

func TestJudgeProbes(t *testing.T) {
	p := Probe{Failures: 2, Successes: 2}
	s, h, u := event.AgentStarting, event.AgentHealthy, event.AgentUnhealthy
	for _, c := range []struct {
		now            event.AgentStatus
		passed, failed int
		age            time.Duration
		want           event.AgentStatus
	}{
		{s, 1, 0, time.Second, s}, {s, 2, 0, time.Second, h}, {s, 0, 9, time.Second, s}, {s, 0, 2, time.Minute, u},
		{h, 0, 1, time.Minute, h}, {h, 0, 2, time.Second, u}, {u, 1, 0, time.Minute, u}, {u, 2, 0, time.Minute, h},
	} {
		assert.Equal(t, c.want, judgeProbes(c.now, tally{c.passed, c.failed}, p, c.age, 15*time.Second), "%+v", c)
	}
}

func TestBackoffDoublesUpToItsLimit(t *testing.T) {
	var got []string
	for i := range 6 {
		got = append(got, backoff(time.Second, 10*time.Second, i).String())
	}
	assert.Equal(t, []string{"1s", "2s", "4s", "8s", "10s", "10s"}, got)
	assert.Equal(t, time.Hour, backoff(time.Second, time.Hour, 1000))
}

func TestReleaseToReturnTo(t *testing.T) {
	rel := func(n string) release { return release{Name: n, Dir: "/" + n} }
	r := programRecord{Current: rel("v1")}
	_, ok := r.previous()
	assert.False(t, ok)
	for _, n := range []string{"v1", "v2", "v1", "v3"} {
		assert.True(t, r.wasHealthy(rel(n)))
		assert.False(t, r.wasHealthy(rel(n)))
	}
	r.Current = rel("v3")
	got, _ := r.previous()
	assert.Equal(t, "v1", got.Name)
	r.forget(rel("v1"))
	got, _ = r.previous()
	assert.Equal(t, "v2", got.Name)
	for i := range 2 * maxHealthy {
		r.wasHealthy(rel(strconv.Itoa(i)))
	}
	assert.Len(t, r.Healthy, maxHealthy)
}

func TestJournalIsBoundedAndSaysWhatItForgot(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.json")
	start := time.Unix(1000, 0).UTC()
	dropped := 0
	j, err := openJournal(path, start, func() { dropped++ })
	require.NoError(t, err)
	key := func(i int) healing.Order {
		return healing.Order{Key: strconv.Itoa(i), Issued: start.Add(time.Duration(i) * time.Second)}
	}
	j.entries["open"] = &entry{Order: healing.Order{Key: "open", Issued: start}}
	for i := range maxOrders {
		j.entries[strconv.Itoa(i)] = &entry{Order: key(i), Result: &healing.Result{Effect: healing.EffectDone}}
	}
	require.NoError(t, j.begin(key(maxOrders)))
	assert.Equal(t, 1, dropped)
	again, err := openJournal(path, start, nil)
	require.NoError(t, err)
	_, _, known := again.find("open")
	assert.True(t, known, "an open order is never dropped")
	_, _, known = again.find("0")
	assert.False(t, known)
	assert.True(t, again.forgot(key(0).Issued))
	assert.False(t, again.forgot(key(maxOrders+1).Issued))
	assert.Len(t, again.open(), 2)
	require.Error(t, again.begin(key(5)), "a key is begun once")

	require.NoError(t, os.WriteFile(path, []byte("{broken"), 0o600))
	broken, err := openJournal(path, start.Add(time.Hour), nil)
	require.Error(t, err)
	assert.True(t, broken.forgot(key(5).Issued), "of what a broken journal held nothing is known")
}

func TestJournalThatCannotBeWrittenTakesNoOrder(t *testing.T) {
	j, err := openJournal(filepath.Join(t.TempDir(), "missing", "orders.json"), time.Now(), nil)
	require.NoError(t, err)
	var fault *os.PathError
	require.True(t, errors.As(j.begin(healing.Order{Key: "k"}), &fault))
	_, _, known := j.find("k")
	assert.False(t, known)
}

func TestLogIsBoundedWhileItIsWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(t, err)
	defer f.Close()
	_, err = f.WriteString(strings.Repeat("a", 50) + strings.Repeat("b", 100))
	require.NoError(t, err)
	require.NoError(t, trimLog(path, 150))
	assert.NoFileExists(t, path+".1")
	require.NoError(t, trimLog(path, 100))
	old, err := os.ReadFile(path + ".1")
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("b", 100), string(old))
	_, err = f.WriteString("after")
	require.NoError(t, err)
	now, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, "after", string(now), "the writer goes on at the beginning")
	require.NoError(t, trimLog(path+".none", 1))
}
