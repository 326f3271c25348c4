package detector

import "time"

// Store holds the states of all series.
type Store struct {
	settings  Settings
	hasher    Hasher
	index     index // of series, by key
	families  index // one learnt member of each family of siblings
	groups    groups
	series    pool[series]
	last      uint32 // the series found last
	extra     pool[extra]
	words     words
	days      pool[Day]
	daysHeld  int
	resources resources
	states    int // series.first and extra in use
	stats     Stats
	sweep     uint32 // the series that Expire looks at next
}

// Settings of a [Store].
type Settings struct {
	MaxSeries   int           // states held at most; a histogram has three
	IdleTimeout time.Duration // after which a silent series is forgotten
	Seed        [2]uint64     // random and secret
}

// Stats counts what the store did since it was made, and holds.
type Stats struct {
	Series    int // states held
	Learning  int // of them without history enough
	Open      int // of them with an anomaly
	Resources int
	Refused   uint64 // series that found the store full, once a point
	Expired   uint64
	Borrowed  uint64 // series that began with the baseline of a sibling
	Seasoned  uint64 // values judged by their series' own past
	Opened    uint64 // anomalies
	Restarts  uint64 // of resources, by the reset of a counter
}

// series is one data-point identity. All aspects of a histogram or summary hang
// at it: first is the first of them, next the chain of the others.
type series struct {
	key      Key
	family   uint64
	seen     uint32 // Unix seconds of the last arrival
	next     uint32
	follower uint32 // the series that was found after this one
	words    wordsRef
	resource uint32
	name     uint32 // see Name
	aspect   Aspect // of first
	kind     Kind
	used     bool
	fromZero bool
	first    State // its end is touched by strange values only
}

type extra struct {
	state  State
	next   uint32
	aspect Aspect
}

// Kind is the type of a metric, as the store tells them apart.
type Kind uint8

const (
	KindGauge Kind = iota + 1
	KindCounter
	KindHistogram
	KindSummary
)

// NewStore returns an empty store.
func NewStore(set Settings) *Store {
	return &Store{settings: set, hasher: Hasher{Seed: set.Seed}}
}

// Hasher returns the hasher whose keys this store understands.
func (s *Store) Hasher() Hasher { return s.hasher }

// Settings returns the store's settings.
func (s *Store) Settings() Settings { return s.settings }

// Stats returns the counters.
func (s *Store) Stats() Stats {
	st := s.stats
	st.Series, st.Resources = s.states, len(s.resources.index)
	return st
}

// Ref names a series in the store until the next Expire.
type Ref uint32

// Find returns the series of a key. A kind other than before is a new beginning.
func (s *Store) Find(key Key, kind Kind, now int64) (Ref, bool) {
	i := s.place(key)
	if i == 0 {
		return 0, false
	}
	e := s.series.at(i)
	if e.kind != kind {
		s.drop(i)
		return 0, false
	}
	e.seen = unixSeconds(now)
	return Ref(i), true
}

// place returns the place of a key, 0 for none. Points mostly come in the order
// in which they came the last time, so the series that followed then is looked
// at first.
func (s *Store) place(key Key) uint32 {
	if s.index.held == 0 {
		return 0
	}
	i := s.series.at(s.last).follower
	if i == 0 || s.series.at(i).key != key {
		if _, i = s.seek(key); i == 0 {
			return 0
		}
	}
	s.follow(i)
	return i
}

// follow notes that a series was found, or made, after the last one.
func (s *Store) follow(i uint32) {
	if before := s.series.at(s.last); before.follower != i {
		before.follower = i
	}
	s.last = i
}

func (s *Store) seek(key Key) (slot, i uint32) {
	slot, i = s.index.seek(key.A, s.index.home(key.A))
	for i != 0 && s.series.at(i).key != key {
		slot, i = s.index.seek(key.A, slot+1)
	}
	return slot, i
}

func unixSeconds(now int64) uint32 { return uint32(now / int64(time.Second)) }

// Name gives a series a number by which Contributions names it.
func (s *Store) Name(ref Ref, name uint32) { s.series.at(uint32(ref)).name = name }

// Origin is what is known of a series when it is first seen.
type Origin struct {
	Key    Key
	Kind   Kind
	Family Key // identity without what tells the instances of a service apart
	// FromZero says that the series counts errors, so not to be there meant zero.
	FromZero bool
}

// Add makes a series; false if the store is full.
func (s *Store) Add(o Origin, resource ResourceRef, now int64) (Ref, bool) {
	if s.states >= s.settings.MaxSeries || resource == 0 {
		s.stats.Refused++
		return 0, false
	}
	i := s.series.take()
	e := s.series.at(i)
	*e = series{key: o.Key, family: o.Family.A, kind: o.Kind, resource: uint32(resource), used: true, fromZero: o.FromZero, seen: unixSeconds(now)}
	s.index.put(o.Key.A, i)
	s.follow(i)
	s.states++
	s.stats.Learning++
	s.resources.pool.at(e.resource).series++
	if e.kind == KindGauge {
		e.aspect = AspectValue
	} else {
		e.aspect = AspectRate
	}
	return Ref(i), true
}

// state returns the state of an aspect, made if there is none; nil if the store is full.
func (s *Store) state(e *series, a Aspect) *State {
	if e.aspect == a {
		return &e.first
	}
	link := &e.next
	for *link != 0 {
		x := s.extra.at(*link)
		if x.aspect == a {
			return &x.state
		}
		link = &x.next
	}
	if s.states >= s.settings.MaxSeries {
		s.stats.Refused++
		return nil
	}
	i := s.extra.take()
	*link = i
	x := s.extra.at(i)
	x.aspect = a
	s.states++
	s.stats.Learning++
	return &x.state
}

// lookup is state without making one.
func (s *Store) lookup(e *series, a Aspect) *State {
	if e.aspect == a {
		return &e.first
	}
	for i := e.next; i != 0; i = s.extra.at(i).next {
		if x := s.extra.at(i); x.aspect == a {
			return &x.state
		}
	}
	return nil
}

// count keeps the numbers of learning and open states right over a step.
func (s *Store) count(before, after Phase) {
	if before == after {
		return
	}
	switch before {
	case PhaseLearning:
		s.stats.Learning--
	case PhaseOpen:
		s.stats.Open--
	}
	switch after {
	case PhaseLearning:
		s.stats.Learning++
	case PhaseOpen:
		s.stats.Open++
	}
}

// drop forgets a series.
func (s *Store) drop(i uint32) {
	e := s.series.at(i)
	slot, _ := s.seek(e.key)
	s.index.drop(slot)
	if slot, member := s.member(e.family); member == i { // the next learnt sibling takes its place
		s.families.drop(slot)
	}
	s.giveDay(&e.first)
	s.count(e.first.Phase, PhaseNormal)
	s.states--
	for x := e.next; x != 0; {
		n := s.extra.at(x)
		next := n.next
		s.giveDay(&n.state)
		s.count(n.state.Phase, PhaseNormal)
		s.states--
		s.extra.give(x)
		x = next
	}
	s.words.give(e.words)
	s.resources.pool.at(e.resource).series--
	s.series.give(i)
}
