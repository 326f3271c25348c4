package rca

import (
	"slices"
	"strconv"
	"strings"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca/profile"
)

// Limits of the graph. Past them, what is new shares a common "(other)".
const (
	maxServices  = 2000
	maxInstances = 500 // of one service
	maxNames     = 128 // of operations, and of ways to call out, of one service
	maxJoined    = 8   // instances that one address was seen to reach
)

const otherName = "(other)"

// service is a node of the dependency graph.
type service struct {
	entity    event.Entity // without instance
	id        profile.ID
	g         *graph
	external  bool // only its callers speak of it: a third party, a database
	instances map[string]*instance
	ops       map[string]*operation
	spellings map[opKey]*operation
	last      *operation // of the span before, by lastKey
	lastKey   opKey
	peers     map[Peer]*peer
	out       map[*service]*edge
	in        map[*service]*edge
	serves    bool   // has server or consumer spans
	arrivals  series // its server spans by their start, to see load rise
	lag       int64  // about the most of the last minute, from the end of one of its spans until it came
	seen      int64
	traced    int64  // second of its last span
	called    int64  // second in which calls to it were counted last
	calling   series // what it called, where only that was counted
	fresh     int64  // spans that began before this are remnants of a fault, and are not counted
}

// instance is one instance of a service, or the service itself where spans name none.
type instance struct {
	svc     *service
	entity  event.Entity
	id      profile.ID
	served  series // its server spans
	errors  series // its ERROR logs
	lastErr string // text and trace of one of them
	lastTID [16]byte
	origins [originModes]origin
	seen    int64
}

// operation is what a service answers to.
type operation struct {
	name  string
	id    profile.ID
	entry series // spans without a parent, by which users see it
	self  series // own time of its spans
	taken sampling
}

// edge is one service calling another.
type edge struct {
	from, to *service
	calls    series
	gap      series // client span less server span: network and accept queue
	seen     int64
}

// peer is one way in which a service calls out, as its client spans describe
// it, and who was seen to answer there.
type peer struct {
	from     *service
	external *service // by its own words, until somebody is seen to answer
	joined   map[*instance]uint32
	joins    uint32
	self     series // durations of calls that nobody answers with spans
	known    bool   // whether reached is up to date
	reached  struct {
		svc  *service
		inst *instance
	}
}

type serviceKey struct{ namespace, name string }

// graph is everything known by service.
type graph struct {
	services map[serviceKey]*service
	byID     map[profile.ID]*service
	names    *profile.Names
	refused  uint64 // entities that found no room
	full     bool   // the memory that the graph may take is taken: nothing new gets a place of its own
	now      int64  // second
}

func (g *graph) service(e event.Entity) *service {
	key := serviceKey{e.Namespace, e.Service}
	s, ok := g.services[key]
	if !ok {
		if len(g.services) >= maxServices || g.full {
			g.refused++
			key = serviceKey{name: otherName}
			if s, ok = g.services[key]; ok {
				return s
			}
		}
		e = bounded(e)
		s = &service{
			entity:    event.Entity{Namespace: strings.Clone(e.Namespace), Service: strings.Clone(e.Service)},
			instances: map[string]*instance{}, ops: map[string]*operation{}, spellings: map[opKey]*operation{}, peers: map[Peer]*peer{},
			out: map[*service]*edge{}, in: map[*service]*edge{}, g: g,
		}
		if key.name == otherName {
			s.entity = event.Entity{Service: otherName}
		}
		s.id = g.names.Intern(s.entity.String())
		g.byID[s.id] = s
		g.services[serviceKey{key.namespace, strings.Clone(key.name)}] = s
	}
	s.seen = g.now
	return s
}

func (g *graph) instance(e event.Entity) *instance {
	if len(e.Service) > event.MaxName || len(e.Instance) > event.MaxName || len(e.Namespace) > event.MaxName {
		e = bounded(e)
	}
	s := g.service(e)
	i, ok := s.instances[e.Instance]
	if !ok {
		if len(s.instances) >= maxInstances || g.full && len(s.instances) > 0 {
			g.refused++
			e.Instance, e.Host = otherName, ""
			if i, ok = s.instances[otherName]; ok {
				return i
			}
		}
		b := bounded(e)
		i = &instance{svc: s, entity: s.entity}
		i.entity.Instance, i.entity.Host = strings.Clone(b.Instance), strings.Clone(b.Host)
		i.id = g.names.Intern(i.entity.Instance)
		s.instances[strings.Clone(e.Instance)] = i
	}
	i.seen = g.now
	return i
}

// peer finds the way out that a client span describes.
func (g *graph) peer(s *service, p Peer) *peer {
	if f, ok := s.peers[p]; ok {
		return f
	}
	key := Peer{line(p.Service, event.MaxName), line(p.System, 64), line(p.Address, event.MaxName), p.Port}
	if len(s.peers) >= maxNames || g.full {
		key = Peer{System: otherName}
	}
	f, ok := s.peers[key]
	if !ok {
		f = &peer{from: s, joined: map[*instance]uint32{}}
		key = Peer{strings.Clone(key.Service), strings.Clone(key.System), strings.Clone(key.Address), key.Port}
		s.peers[key] = f
		f.external = g.external(s, key)
	}
	return f
}

// external names whom a client span means when nobody was seen to answer: a
// service that is known by that name, else a node of its own. Nil if the span
// names nobody, as for a database inside the process.
func (g *graph) external(from *service, p Peer) *service {
	host := p.Address
	if i := strings.LastIndexByte(host, ':'); i > 0 {
		host = host[:i]
	}
	first, _, _ := strings.Cut(host, ".")
	for _, name := range []string{p.Service, host, first} {
		if s, ok := g.services[serviceKey{from.entity.Namespace, name}]; ok && name != "" && s != from {
			return s
		}
		if s, ok := g.services[serviceKey{"", name}]; ok && name != "" && s != from {
			return s
		}
	}
	name, address := p.Service, p.Address
	if p.Port != 0 {
		address += ":" + strconv.Itoa(int(p.Port))
	}
	switch {
	case name == "" && p.Address == "":
		return nil
	case name == "" && p.System != "":
		name = p.System + "@" + address
	case name == "":
		name = address
	}
	e := event.Entity{Service: line(name, event.MaxName)}
	_, known := g.services[serviceKey{name: e.Service}]
	s := g.service(e)
	if !known {
		s.external = true
	}
	return s
}

// learn notes that the instance answered a call of the peer.
func (p *peer) learn(i *instance) {
	if _, ok := p.joined[i]; !ok && len(p.joined) >= maxJoined {
		return
	}
	n := p.joined[i] + 1
	p.joined[i] = n
	p.joins++
	// A new one, or every so often: votes hardly change by one more.
	p.known = p.known && n > 1 && n%16 != 0
	if p.joins >= 1<<12 { // halve: who answered lately counts more
		p.joins = 0
		for k := range p.joined {
			p.joined[k] /= 2
			p.joins += p.joined[k]
		}
		p.known = false
	}
}

// callee is whom a call of this peer reaches: the service, and the instance if
// it is always the same one; nil if nobody knows.
func (p *peer) callee() (*service, *instance) {
	if !p.known {
		p.known = true
		p.reached.svc, p.reached.inst = p.vote()
	}
	return p.reached.svc, p.reached.inst
}

// vote counts who answered.
func (p *peer) vote() (*service, *instance) {
	if p.joins == 0 {
		return p.external, nil
	}
	votes := map[*service]uint32{}
	var best *instance
	for i, n := range p.joined {
		votes[i.svc] += n
		if best == nil || n > p.joined[best] || n == p.joined[best] && lessEntity(i.entity, best.entity) {
			best = i
		}
	}
	svc := best.svc
	for s, n := range votes {
		if n > votes[svc] || n == votes[svc] && lessEntity(s.entity, svc.entity) {
			svc = s
		}
	}
	if votes[svc]*10 < p.joins*9 {
		return nil, nil // a proxy's address, or none: it may be anybody
	}
	if best.svc == svc && p.joined[best]*20 >= p.joins*19 {
		return svc, best
	}
	return svc, nil
}

// edge finds or makes the edge between two services.
func (g *graph) edge(from, to *service) *edge {
	e, ok := from.out[to]
	if !ok {
		e = &edge{from: from, to: to}
		from.out[to], to.in[from] = e, e
	}
	e.seen = g.now
	to.seen = g.now // of who sends no spans, nothing but calls tells that it is there
	return e
}

// sorted lists the services in a fixed order.
func (g *graph) sorted() []*service {
	list := make([]*service, 0, len(g.services))
	for _, s := range g.services {
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b *service) int { return compareEntity(a.entity, b.entity) })
	return list
}

func (s *service) sortedInstances() []*instance {
	list := make([]*instance, 0, len(s.instances))
	for _, i := range s.instances {
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b *instance) int { return compareEntity(a.entity, b.entity) })
	return list
}

func (s *service) sortedOps() []*operation {
	list := make([]*operation, 0, len(s.ops))
	for _, o := range s.ops {
		list = append(list, o)
	}
	slices.SortFunc(list, func(a, b *operation) int { return strings.Compare(a.name, b.name) })
	return list
}

// sortedOut lists whom the service calls.
func (s *service) sortedOut() []*edge {
	list := make([]*edge, 0, len(s.out))
	for _, e := range s.out {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b *edge) int { return compareEntity(a.to.entity, b.to.entity) })
	return list
}

// sortedIn lists who calls the service.
func (s *service) sortedIn() []*edge {
	list := make([]*edge, 0, len(s.in))
	for _, e := range s.in {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b *edge) int { return compareEntity(a.from.entity, b.from.entity) })
	return list
}

// entry tells whether users come in here: nobody calls it but programs that
// serve nobody themselves, such as a load generator.
func (s *service) entry() bool {
	if !s.serves {
		return false
	}
	for c := range s.in {
		if c.serves {
			return false
		}
	}
	return true
}

// downstream is the set of services that s calls, directly or not, with s.
func downstream(s *service, into map[*service]bool) {
	if into[s] {
		return
	}
	into[s] = true
	for t := range s.out {
		downstream(t, into)
	}
}

func lessEntity(a, b event.Entity) bool { return compareEntity(a, b) < 0 }

func compareEntity(a, b event.Entity) int {
	if c := strings.Compare(a.Namespace, b.Namespace); c != 0 {
		return c
	}
	if c := strings.Compare(a.Service, b.Service); c != 0 {
		return c
	}
	return strings.Compare(a.Instance, b.Instance)
}
