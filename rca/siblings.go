package rca

import (
	"math"
	"slices"
	"time"

	"github.com/otelheal/otelheal/event"
)

// rollUp decides between a service and its instances. What hit all of them alike
// is the service's; what cannot be told apart goes to the one that was seen to
// fail, or that fell silent while its siblings did not.
func (e *Engine) rollUp(i *incident, c *candidate, list []candidate) {
	var own []*candidate
	for k := range list {
		if list[k].svc == c.svc && list[k].inst != nil && e.alive(list[k].inst, i) {
			own = append(own, &list[k])
		}
	}
	if whole, ok := c.svc.instances[""]; ok {
		c.count(e, i, whole)
	}
	if len(own) == 0 {
		return
	}
	if one := e.standsOut(i, own); one != nil && c.weight > 0 {
		for m := range c.traces {
			one.traces[m] += c.traces[m]
			c.traces[m] = 0
		}
		one.weigh()
		c.weight = 0
	}
	low, high := math.Inf(1), 0.0
	for _, o := range own {
		low, high = min(low, o.weight), max(high, o.weight)
	}
	if len(own) > 1 && high > 0 && low >= 0.35*high && e.standsOut(i, own) == nil {
		for _, o := range own {
			for m := range o.traces {
				c.traces[m] += o.traces[m]
			}
			o.traces = [originModes]float64{}
			o.weight = 0
		}
		c.weigh()
	}
}

// alive tells whether the instance was at work when the incident began.
func (e *Engine) alive(inst *instance, i *incident) bool {
	onset := i.Onset.UnixNano() / int64(time.Second)
	if st := e.stateOf(inst.entity); st != nil && st.Status != event.AgentStopped {
		return true
	}
	return e.servedBefore(i, inst) > 0 || inst.served.rate(onset-20, e.g.now) > 0
}

// holders gives what differs from a service's baseline to one of its
// candidates: the instance that was seen to fail or where most went wrong, or
// that alone is out of line, else the service as a whole.
func (e *Engine) holders(i *incident, list []candidate) {
	best := map[*service]*candidate{}
	for k := range list {
		c := &list[k]
		b := best[c.svc]
		if b == nil || c.weight > b.weight || c.weight == b.weight && (c.state != nil && b.state == nil || c.inst == nil && b.state == nil) {
			best[c.svc] = c
		}
	}
	for svc, c := range best {
		r := i.ranks[svc]
		if c.few(r) && c.state == nil && len(svc.instances) > 1 {
			if k := slices.IndexFunc(list, func(o candidate) bool { return o.svc == svc && o.inst == nil }); k >= 0 {
				c = &list[k]
			}
			if one := e.unusual(i, svc); one != nil {
				if k := slices.IndexFunc(list, func(o candidate) bool { return o.inst == one }); k >= 0 {
					c = &list[k]
				}
			}
		}
		c.rank = r
	}
}

// standsOut is the one instance that was seen to fail, or that alone is silent.
func (e *Engine) standsOut(i *incident, own []*candidate) *candidate {
	var failed, silent *candidate
	failures, silences := 0, 0
	onset := i.Onset.UnixNano() / int64(time.Second)
	for _, o := range own {
		if o.state != nil {
			failed = o
			failures++
		}
		before := e.servedBefore(i, o.inst)
		if c := o.inst.served.sum(onset+1, e.g.now); before > 0.5 && c.n == 0 && e.g.now > onset+2 {
			silent = o
			silences++
		}
	}
	switch {
	case failures == 1:
		return failed
	case failures == 0 && silences == 1 && len(own) > 1:
		return silent
	}
	return nil
}
