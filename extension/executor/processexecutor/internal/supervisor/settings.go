package supervisor

import (
	"time"

	"go.uber.org/zap"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// Settings is what a Supervisor needs. All of it has been validated.
type Settings struct {
	Directory string
	Host      string
	Source    string // component ID, for reports and units
	Programs  []Program
	Logger    *zap.Logger          `json:"-"`
	Publish   func(healing.Report) `json:"-"`
	Observe   Observer             `json:"-"`
	// Failpoint is called between the steps that must survive kill -9, with
	// the name of the step that is done. Tests die in it.
	Failpoint func(step string) `json:"-"`
}

// Observer counts what happens, for the component's own metrics.
type Observer struct {
	Started func()
	Exited  func(status event.AgentStatus)
	Dropped func() // an order fell out of the journal
}

// Program is one service and how to run it.
type Program struct {
	Service, Namespace string
	Command            []string
	Release            string // symlink to the release's directory; empty: none
	WorkingDirectory   string
	Environment        map[string]string
	InheritEnvironment []string
	StopTimeout        time.Duration
	StartTimeout       time.Duration
	RestartOnExit      bool
	BackoffInitial     time.Duration
	BackoffMax         time.Duration
	OptOut             bool
	Agent              bool
	LogMaxBytes        int64
	Instances          []Instance
}

// Instance is one process of a program.
type Instance struct {
	ID          string
	Environment map[string]string
	Probe       *Probe // nil: it is healthy as long as it runs
}

// Probe asks a process whether it is well. One of URL and Endpoint is set.
type Probe struct {
	URL       string // 200 to 299 within Timeout is a pass
	Endpoint  string // host:port that must accept a connection
	Interval  time.Duration
	Timeout   time.Duration
	Failures  int // in a row make it unhealthy
	Successes int // in a row make it healthy
}

func (s *Settings) fill() {
	if s.Logger == nil {
		s.Logger = zap.NewNop()
	}
	if s.Publish == nil {
		s.Publish = func(healing.Report) {}
	}
	if s.Failpoint == nil {
		s.Failpoint = func(string) {}
	}
	if s.Observe.Started == nil {
		s.Observe.Started = func() {}
	}
	if s.Observe.Exited == nil {
		s.Observe.Exited = func(event.AgentStatus) {}
	}
	if s.Observe.Dropped == nil {
		s.Observe.Dropped = func() {}
	}
}
