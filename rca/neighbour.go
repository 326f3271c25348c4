package rca

import (
	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca/profile"
)

// crowd is how many services of one host must be slow by themselves before the
// host is to blame: two may be chance, or one the cause of the other.
const crowd = 3

// neighbours names what several services of one host suffer from that none of
// them causes: their own times grew together, hardly any elsewhere did, and no
// metric of theirs tells that it is them.
func (e *Engine) neighbours(i *incident, list []candidate) {
	slow := map[string]map[*service]bool{}
	all := 0
	for svc, r := range i.ranks {
		if r.Time == nil || r.Time.Kind != profile.SegmentSelf || r.L < speaks || r.M >= speaks || r.T > r.L {
			continue
		}
		all++
		if host := svc.host(); host != "" {
			if slow[host] == nil {
				slow[host] = map[*service]bool{}
			}
			slow[host][svc] = true
		}
	}
	for k := range list {
		c := &list[k]
		host := c.svc.host()
		n := len(slow[host])
		if n >= crowd && slow[host][c.svc] && n*4 >= all*3 && c.state == nil && c.change == nil && c.kind == "" && c.resource() == "" && e.elsewhere(host) {
			c.kind, c.host = event.KindNeighbour, host
		}
	}
}

// host is the one host of all instances of a service; empty if there are several.
func (s *service) host() string {
	host := ""
	for _, i := range s.instances {
		if i.entity.Host == "" || host != "" && i.entity.Host != host {
			return ""
		}
		host = i.entity.Host
	}
	return host
}

// elsewhere tells whether anything runs on another host: without that, all being
// slow says nothing about the host.
func (e *Engine) elsewhere(host string) bool {
	for _, s := range e.g.services {
		for _, i := range s.instances {
			if i.entity.Host != "" && i.entity.Host != host {
				return true
			}
		}
	}
	return false
}
