package eval

import (
	"fmt"
	"math"
	"math/rand"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

// shopRun is what was said of one case.
type shopRun struct {
	fault      *shopFault
	service    string
	seed       int64
	found      bool // any incident
	early      bool // an incident before anything was wrong
	right      bool // the service
	kind       bool
	confidence float64
	lead       float64 // in nats, over the next service
	said       string
}

// watched is how long a fault is watched once it has begun in full.
const watched = 12 * time.Second

// runShop plays a case: 70 to 100 s in which all is well, then the fault.
func runShop(t *testing.T, f *shopFault, service string, seed int64, hard bool) shopRun {
	rnd := rand.New(rand.NewSource(seed*7919 + int64(len(f.name))*131 + int64(len(service))))
	rig := startShop(t, rnd.Int63())
	defer rig.stop()
	c := &shopCase{shopRig: rig, fault: f, service: service, rnd: rnd, hard: hard}
	c.Driver, c.Noise, c.Rate = true, 0.05, 8+32*rnd.Float64()
	if hard {
		c.poor(seed)
	}
	c.Run(c.between(70*time.Second, 100*time.Second).Truncate(50 * time.Millisecond))
	r := shopRun{fault: f, service: service, seed: seed, early: len(c.incidents) > 0}
	f.inject(c)
	c.Run(watched)
	if hard {
		c.Run(2 * watched)
	}
	if len(c.incidents) == 0 {
		return r
	}
	last := c.incidents[len(c.incidents)-1]
	r.found = true
	blamed := f.blamed
	if blamed == nil {
		blamed = func(n event.Entity) bool { return n.Service == service }
	}
	r.right = blamed(last.Cause.Target.Entity)
	r.kind = last.Cause.Kind == f.kind
	r.confidence, r.lead = last.Confidence, leadOf(&last)
	r.said = fmt.Sprintf("%s of %s (%.2f): %s", last.Cause.Kind, last.Cause.Target.Entity, last.Confidence, last.Cause.Why)
	return r
}

// leadOf is the lead of the cause over the next service.
func leadOf(i *event.Incident) float64 {
	for _, o := range i.RunnersUp {
		if o.Target.Entity.OfService() != i.Cause.Target.Entity.OfService() {
			return math.Max(0, i.Cause.Score-o.Score)
		}
	}
	return i.Cause.Score
}

// playShop plays every fault of every service that can have it, for some seeds;
// or of one service each.
func playShop(t *testing.T, seeds int64, every, hard bool) (runs []shopRun) {
	for k := range shopFaults {
		f := &shopFaults[k]
		services := f.services
		if !every {
			services = services[k%len(services):][:1]
		}
		for _, service := range services {
			for seed := range seeds {
				r := runShop(t, f, service, seed, hard)
				runs = append(runs, r)
				if !r.right || !r.kind || r.early {
					t.Logf("%s of %s, seed %d: early %v, said %s", f.name, service, seed, r.early, r.said)
				}
			}
		}
	}
	return runs
}

// shopScore is how many of the runs were right.
type shopScore struct{ runs, found, right, kind, early int }

func scoreOf(runs []shopRun) (s shopScore) {
	for _, r := range runs {
		s.runs++
		count := func(n *int, is bool) {
			if is {
				*n++
			}
		}
		count(&s.found, r.found)
		count(&s.right, r.right)
		count(&s.kind, r.right && r.kind)
		count(&s.early, r.early)
	}
	return s
}

// wholeShop tells whether all of it is asked for, as make eval does.
func wholeShop() bool { return os.Getenv("OTELHEAL_EVAL_DAY") != "" }

func TestShop(t *testing.T) {
	if wholeShop() {
		t.Skip("TestShopTables plays all of it")
	}
	s := scoreOf(playShop(t, 1, false, false))
	t.Logf("%+v", s)
	holds(t, s)
}

// holds is what must not get worse where telemetry is whole.
func holds(t *testing.T, s shopScore) {
	require.NotZero(t, s.runs)
	assert.Zero(t, s.early, "incidents before anything was wrong")
	assert.GreaterOrEqual(t, float64(s.right), 0.95*float64(s.runs), "services that were right")
	assert.GreaterOrEqual(t, float64(s.kind), 0.90*float64(s.runs), "services and kinds that were right")
}
