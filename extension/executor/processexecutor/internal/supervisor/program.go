package supervisor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/durable"
	"github.com/otelheal/otelheal/extension/executor/processexecutor/internal/proc"
)

// program is one service: its units and its release.
type program struct {
	s     *Supervisor
	spec  Program
	units []*unit
	log   *zap.Logger

	// op is held, by sending to it, by the roll-out under way.
	op      chan struct{}
	rolling atomic.Bool

	mu  sync.Mutex // guards rec and the program's file
	rec programRecord
}

func newProgram(s *Supervisor, spec Program) *program {
	p := &program{s: s, spec: spec, op: make(chan struct{}, 1), log: s.set.Logger.With(zap.String("service", spec.Service))}
	for _, i := range spec.Instances {
		p.units = append(p.units, newUnit(s, p, i))
	}
	return p
}

func (p *program) file() string {
	// @ is in no name, so two programs never share a file.
	return filepath.Join(p.s.set.Directory, "programs", p.spec.Service+"@"+p.spec.Namespace+".json")
}

func (p *program) entity() event.Entity {
	return event.Entity{Namespace: p.spec.Namespace, Service: p.spec.Service}
}

// write changes the record and syncs it. It is called with p.mu held.
func (p *program) write(change func(*programRecord)) error {
	next := p.rec
	next.Healthy = slices.Clone(p.rec.Healthy)
	change(&next)
	if err := durable.Write(p.file(), next); err != nil {
		return err
	}
	p.rec = next
	return nil
}

// resolve finds the release that the link points to.
func (p *program) resolve() (release, error) {
	if p.spec.Release == "" {
		return release{}, nil
	}
	dir, err := filepath.EvalSymlinks(p.spec.Release)
	if err != nil {
		return release{}, fmt.Errorf("resolving the release: %w", err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return release{}, fmt.Errorf("the release %s is no directory", dir)
	}
	return release{Name: filepath.Base(dir), Dir: dir}, nil
}

// sawHealthy notes that an instance was well on the release.
func (p *program) sawHealthy(rel release) {
	p.mu.Lock()
	defer p.mu.Unlock()
	probe := p.rec
	probe.Healthy = slices.Clone(p.rec.Healthy)
	if rel.Dir != p.rec.Current.Dir || !probe.wasHealthy(rel) {
		return
	}
	if err := p.write(func(r *programRecord) { r.wasHealthy(rel) }); err != nil {
		p.log.Error("cannot write the program's state", zap.Error(err))
	}
}

func (p *program) previousName() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	rel, _ := p.rec.previous()
	return rel.Name
}

// command is what to execute for an instance of a release.
func (p *program) command(i Instance, rel release) proc.Spec {
	expand := strings.NewReplacer(
		"{release}", rel.Dir, "{instance}", i.ID, "{service}", p.spec.Service, "{namespace}", p.spec.Namespace,
	).Replace
	spec := proc.Spec{Dir: expand(p.spec.WorkingDirectory)}
	for _, a := range p.spec.Command {
		spec.Args = append(spec.Args, expand(a))
	}
	for _, name := range p.spec.InheritEnvironment {
		if v, ok := os.LookupEnv(name); ok {
			spec.Env = append(spec.Env, name+"="+v)
		}
	}
	set := map[string]string{}
	for _, m := range []map[string]string{p.spec.Environment, i.Environment} {
		for k, v := range m {
			set[k] = expand(v)
		}
	}
	for k, v := range set {
		spec.Env = append(spec.Env, k+"="+v)
	}
	slices.Sort(spec.Env[len(spec.Env)-len(set):])
	return spec
}

// flip points the release's link to another directory, in one step: whoever
// looks sees the old or the new one.
func (p *program) flip(to release) error {
	link := p.spec.Release
	info, err := os.Lstat(link)
	if err != nil {
		return err
	}
	if info.Mode()&os.ModeSymlink == 0 {
		return errors.New("the release is no symbolic link")
	}
	tmp := filepath.Join(filepath.Dir(link), "."+filepath.Base(link)+".otelheal")
	_ = os.Remove(tmp) // left by a flip that was cut off
	if err := os.Symlink(to.Dir, tmp); err != nil {
		return err
	}
	if err := os.Rename(tmp, link); err != nil {
		_ = os.Remove(tmp)
		return err
	}
	return durable.SyncDir(filepath.Dir(link))
}
