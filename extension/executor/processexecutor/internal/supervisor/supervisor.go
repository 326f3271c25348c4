package supervisor

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/durable"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/proc"
	"github.com/otelheal/otelheal/healing"
)

const (
	lockTimeout    = 5 * time.Second
	reportInterval = 10 * time.Second // a lost report is mended after this
)

// Supervisor runs the programs of one directory. One at a time may.
type Supervisor struct {
	set      Settings
	programs []*program
	prefix   string // of the tokens of this directory's processes

	lock    *os.File
	boot    string
	journal *journal

	ctx    context.Context // ends at Shutdown
	cancel context.CancelFunc

	mu     sync.Mutex // guards closed against wg.Add
	closed bool
	wg     sync.WaitGroup
}

// Start takes over what runs, finishes what was begun, and starts the rest. It
// returns before the programs are healthy.
func Start(ctx context.Context, set Settings) (*Supervisor, error) {
	set.fill()
	if err := proc.Supported(); err != nil {
		return nil, err
	}
	s := &Supervisor{set: set}
	s.setPrefix()
	var err error
	if s.boot, err = proc.Boot(); err != nil {
		return nil, err
	}
	for _, sub := range []string{"", "units", "programs", "logs", "hold", "start"} {
		if err := os.MkdirAll(filepath.Join(set.Directory, sub), 0o700); err != nil {
			return nil, fmt.Errorf("making the state directory: %w", err)
		}
	}
	if err := os.Chmod(set.Directory, 0o700); err != nil { // logs and states are nobody else's
		return nil, fmt.Errorf("closing the state directory to others: %w", err)
	}
	if s.lock, err = proc.Lock(ctx, filepath.Join(set.Directory, "lock"), lockTimeout); err != nil {
		return nil, err
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	if err := s.takeOver(); err != nil {
		return nil, errors.Join(err, s.Shutdown(ctx))
	}
	return s, nil
}

func (s *Supervisor) now() time.Time { return time.Now() }

// takeOver reads what the last supervisor wrote and goes on from there.
func (s *Supervisor) takeOver() error {
	for _, sub := range []string{"", "units", "programs"} {
		durable.Sweep(filepath.Join(s.set.Directory, sub))
	}
	var err error
	if s.journal, err = openJournal(filepath.Join(s.set.Directory, "orders.json"), s.now(), s.set.Observe.Dropped); err != nil {
		s.set.Logger.Error("the journal of orders is unreadable; what became of earlier orders is unknown", zap.Error(err))
	}
	all, err := proc.Find(s.prefix, s.boot)
	if err != nil {
		return err
	}
	marked := map[string][]proc.Found{}
	for _, f := range all {
		if id, _, ok := strings.Cut(strings.TrimPrefix(f.Token, s.prefix), ":"); ok {
			marked[id] = append(marked[id], f)
		}
	}
	for _, spec := range s.set.Programs {
		s.programs = append(s.programs, newProgram(s, spec))
	}
	claimed := map[string]bool{}
	var begin []func()
	for _, p := range s.programs {
		if err := p.load(); err != nil {
			return err
		}
		if r := p.rec.Roll; r != nil && p.spec.Release != "" {
			p.op <- struct{}{}
			p.rolling.Store(true)
			claimed[r.Order] = true
		}
		for _, u := range p.units {
			known, err := durable.Read(u.file(), &u.rec)
			if err != nil {
				s.set.Logger.Error("a unit's state is unreadable; looking for its process by its mark", zap.Error(err))
			}
			u.look()
			todo := u.adopt(known, marked)
			delete(marked, u.spec.ID)
			claimed[u.rec.Order] = true
			begin = append(begin, func() { u.run(s.ctx, todo) })
		}
		begin = append(begin, func() { p.run(s.ctx) })
	}
	for id, left := range marked {
		s.set.Logger.Warn("a process is no longer in the configuration and goes on unsupervised",
			zap.String("instance", id), zap.Int("pid", left[0].Identity.PID))
	}
	for _, o := range s.journal.open() {
		if !claimed[o.Key] {
			if err := s.settle(o); err != nil {
				return err
			}
		}
	}
	for _, f := range begin {
		s.spawn(f)
	}
	s.spawn(s.reportLoop)
	return nil
}

// settle answers an open order that no record speaks of. If its target is as
// it was, the order was cut off before it touched anything; otherwise nobody
// can tell.
func (s *Supervisor) settle(o healing.Order) error {
	var now event.Target
	if p := s.program(o.Target.Entity); p != nil {
		now = p.target()
	}
	if u := s.unit(o.Target.Entity); u != nil {
		u.mu.Lock()
		now = u.target()
		u.mu.Unlock()
	}
	if now.Incarnation == o.Target.Incarnation {
		return s.journal.withdraw(o.Key)
	}
	return s.journal.finish(o.Key, healing.Result{
		Effect: healing.EffectUnknown, Now: now, At: s.now(), Detail: "cut off, and the target is another one now",
	})
}

// load reads the program's record; without one the release is the linked one.
func (p *program) load() error {
	known, err := durable.Read(p.file(), &p.rec)
	if err != nil {
		p.log.Error("the program's state is unreadable; its earlier releases are forgotten", zap.Error(err))
		p.rec = programRecord{}
	}
	if known && p.rec.Current.Dir != "" || p.spec.Release == "" {
		return nil
	}
	rel, err := p.resolve()
	if err != nil {
		return err
	}
	return p.write(func(r *programRecord) { r.Current = rel })
}

func (s *Supervisor) reportLoop() {
	tick := time.NewTicker(reportInterval)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
			s.ReportAll()
			s.trimLogs()
		}
	}
}

func (s *Supervisor) trimLogs() {
	for _, p := range s.programs {
		for _, u := range p.units {
			if err := trimLog(u.logFile(), p.spec.LogMaxBytes); err != nil {
				u.log.Warn("cannot bound the log", zap.Error(err))
			}
		}
	}
}

// ReportAll publishes every unit as it is.
func (s *Supervisor) ReportAll() {
	for _, p := range s.programs {
		p.reportAgain()
	}
}

// Shutdown stops watching. The programs run on.
func (s *Supervisor) Shutdown(context.Context) error {
	s.mu.Lock()
	again := s.closed
	s.closed = true
	s.mu.Unlock()
	if again {
		return nil
	}
	s.cancel()
	s.wg.Wait()
	for _, p := range s.programs {
		for _, u := range p.units {
			if u.life != nil {
				u.life.process.Close()
			}
		}
	}
	return s.lock.Close()
}

// spawn runs f until Shutdown waits for it; false: it is too late.
func (s *Supervisor) spawn(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.wg.Go(f)
	return true
}

// setPrefix makes the directory part of the marks: other supervisors may have
// instances of the same name.
func (s *Supervisor) setPrefix() {
	sum := sha256.Sum256([]byte(filepath.Clean(s.set.Directory)))
	s.prefix = hex.EncodeToString(sum[:4]) + ":"
}

func (s *Supervisor) newToken(instance string) string {
	return s.prefix + instance + ":" + rand.Text()
}

func (s *Supervisor) unit(e event.Entity) *unit {
	p := s.program(e)
	if p == nil {
		return nil
	}
	for _, u := range p.units {
		if u.spec.ID == e.Instance {
			return u
		}
	}
	return nil
}

// program finds the service of an entity, unless it is meant on another host.
func (s *Supervisor) program(e event.Entity) *program {
	if e.Host != "" && e.Host != s.set.Host {
		return nil
	}
	for _, p := range s.programs {
		if p.entity() == e.OfService() {
			return p
		}
	}
	return nil
}

// Inventory lists every unit.
func (s *Supervisor) Inventory() []healing.Unit {
	var all []healing.Unit
	for _, p := range s.programs {
		for _, u := range p.units {
			all = append(all, u.view())
		}
	}
	return all
}

// Execute carries out an order, once.
func (s *Supervisor) Execute(ctx context.Context, o healing.Order) healing.Result {
	if o.Key == "" {
		return healing.Result{Effect: healing.EffectRefused, At: s.now(), Detail: "the order has no key"}
	}
	if _, _, known := s.journal.find(o.Key); known || s.journal.forgot(o.Issued) {
		return s.await(ctx, o)
	}
	switch o.Verb {
	case VerbRestart:
		return s.executeRestart(ctx, o)
	case VerbRollback:
		return s.executeRollback(ctx, o)
	}
	return healing.Result{Effect: healing.EffectRefused, At: s.now(), Detail: "no such verb: " + o.Verb}
}

// Lookup tells what became of an order. While it is under way it waits.
func (s *Supervisor) Lookup(ctx context.Context, o healing.Order) healing.Result {
	return s.await(ctx, o)
}
