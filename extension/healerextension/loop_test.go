package healerextension

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/extension/extensiontest"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/healerextension/internal/metadata"
	"github.com/otelheal/otelheal/healing"
)

func TestHangIsHealed(t *testing.T) {
	e := newFakeExecutor()
	h, _ := started(t, newConfig(t), e)
	a := newAction("i1", "payment-2")
	receipt, err := h.Submit(t.Context(), a)
	require.NoError(t, err)
	assert.Equal(t, healing.VerdictAccepted, receipt.Verdict)
	h.reaches(t, a.ID, event.StateVerifying)
	_, err = h.Submit(t.Context(), recovered(a))
	require.NoError(t, err)
	h.reaches(t, a.ID, event.StateSucceeded)

	orders, lookups, pages := e.counts()
	assert.Equal(t, []int{1, 0, 0}, []int{orders, lookups, pages})
	var batch healing.Batch
	require.NoError(t, h.journal.pull(0, &batch))
	assert.Len(t, batch.Actions, 1)
	var states []event.State
	for _, o := range batch.Outcomes {
		states = append(states, o.State)
	}
	assert.Equal(t, []event.State{event.StateExecuting, event.StateVerifying, event.StateSucceeded}, states)
}

func TestOrderUnderWayIsLookedUpAfterTheNextStart(t *testing.T) {
	cfg, e := newConfig(t), newFakeExecutor()
	e.stuck = true
	h, _ := started(t, cfg, e)
	a := newAction("i1", "payment-2")
	_, err := h.Submit(t.Context(), a)
	require.NoError(t, err)
	require.Eventually(t, func() bool { orders, _, _ := e.counts(); return orders == 1 }, within, time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // no patience at all
	_ = h.Shutdown(ctx)

	j, err := openJournal(cfg.Journal.Path, 10)
	require.NoError(t, err)
	records, err := j.records()
	require.NoError(t, errors.Join(err, j.close()))
	require.Len(t, records, 1)
	assert.Equal(t, event.StateExecuting, records[0].State)

	h, _ = started(t, cfg, e)
	h.reaches(t, a.ID, event.StateVerifying)
	orders, lookups, _ := e.counts()
	assert.Equal(t, []int{1, 1}, []int{orders, lookups})
}

// The order's own time was over long before the healer came back.
func TestLookupHasTimeOfItsOwn(t *testing.T) {
	cfg, e := newConfig(t), newFakeExecutor()
	j, err := openJournal(cfg.Journal.Path, 10)
	require.NoError(t, err)
	core := healing.New(healing.Settings{Limits: healing.NewDefaultLimits(), Executors: []string{executorID.String()}, Keep: 9})
	a, past := newAction("i1", "payment-2"), time.Now().Add(-time.Hour)
	a.Expires = past.Add(time.Minute)
	_, work := core.Submit(a, past)
	_, err = j.write(&work)
	require.NoError(t, err)
	work = core.Tick(healing.Env{Units: e.units}, past)
	require.Len(t, work.Orders, 1)
	_, err = j.write(&work)
	require.NoError(t, errors.Join(err, j.close()))

	h, _ := started(t, cfg, e)
	h.reaches(t, a.ID, event.StateVerifying)
	e.mu.Lock()
	defer e.mu.Unlock()
	assert.NoError(t, e.lastCtx)
}

func TestNothingIsDoneBeforeReady(t *testing.T) {
	e := newFakeExecutor()
	h := newHealer(extensiontest.NewNopSettings(metadata.Type), newConfig(t))
	require.NoError(t, h.Start(t.Context(), &fakeHost{extensions: map[component.ID]component.Component{executorID: e}}))
	a := newAction("i1", "payment-2")
	_, err := h.Submit(t.Context(), a)
	require.NoError(t, err)
	orders, _, _ := e.counts()
	assert.Zero(t, orders)
	require.NoError(t, h.Ready())
	h.reaches(t, a.ID, event.StateVerifying)
	require.NoError(t, h.Shutdown(t.Context()))
}

func TestJournalThatCannotBeWrittenStopsHealing(t *testing.T) {
	e := newFakeExecutor()
	h, host := started(t, newConfig(t), e)
	require.NoError(t, h.journal.close())
	_, err := h.Submit(t.Context(), newAction("i1", "payment-2"))
	require.ErrorContains(t, err, "write the journal")
	_, err = h.Submit(t.Context(), newAction("i2", "payment-1"))
	require.Error(t, err)
	orders, _, _ := e.counts()
	assert.Zero(t, orders)
	host.mu.Lock()
	defer host.mu.Unlock()
	require.Len(t, host.statuses, 1)
	assert.Equal(t, componentstatus.StatusPermanentError, host.statuses[0].Status())
}

// What JSON can't hold is a bad action, not a broken disk.
func TestActionThatCannotBeWrittenIsInvalid(t *testing.T) {
	e := newFakeExecutor()
	h, _ := started(t, newConfig(t), e)
	a := newAction("i1", "payment-2")
	a.Incident.Symptoms[0].Band.High = math.Inf(1)
	receipt, err := h.Submit(t.Context(), a)
	require.NoError(t, err)
	assert.Equal(t, healing.VerdictInvalid, receipt.Verdict)
	_, err = h.Submit(t.Context(), newAction("i1", "payment-2"))
	require.NoError(t, err)
	h.reaches(t, "act-i1", event.StateVerifying)
}

func TestKillSwitchFileStopsHealing(t *testing.T) {
	cfg, e := newConfig(t), newFakeExecutor()
	cfg.KillSwitch = filepath.Join(t.TempDir(), "stop")
	require.NoError(t, os.WriteFile(cfg.KillSwitch, nil, 0o600))
	h, _ := started(t, cfg, e)
	a := newAction("i1", "payment-2")
	_, err := h.Submit(t.Context(), a)
	require.NoError(t, err)
	h.reaches(t, a.ID, event.StateRefused)
	require.Eventually(t, func() bool { _, _, pages := e.counts(); return pages == 1 }, within, time.Millisecond)
	require.NoError(t, os.Remove(cfg.KillSwitch))
	b := newAction("i2", "payment-2")
	_, err = h.Submit(t.Context(), b)
	require.NoError(t, err)
	h.reaches(t, b.ID, event.StateVerifying)
}

func TestMissingAndWrongExecutorsAreNamed(t *testing.T) {
	cfg := newConfig(t)
	cfg.Executors = append(cfg.Executors, component.MustNewID("wrong"))
	h := newHealer(extensiontest.NewNopSettings(metadata.Type), cfg)
	err := h.Start(t.Context(), &fakeHost{extensions: map[component.ID]component.Component{component.MustNewID("wrong"): nopComponent{}}})
	require.ErrorContains(t, err, "`executors` names \"fake_executor\", which is no running extension: add it to `extensions` and to `service::extensions`")
	require.ErrorContains(t, err, "`executors` names \"wrong\", which is no executor")
	assert.NoFileExists(t, cfg.Journal.Path)
	require.NoError(t, h.Shutdown(t.Context()))
}

type nopComponent struct {
	component.StartFunc
	component.ShutdownFunc
}
