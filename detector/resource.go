package detector

import "time"

// resources holds what concerns all series of one resource: when it was seen,
// when it restarted, and the group it belongs to.
type resources struct {
	index map[Key]uint32
	pool  pool[resource]
}

type resource struct {
	key       Key
	group     uint32
	series    int32 // that name it
	first     int64 // Unix nanoseconds of data time
	last      int64
	previous  int64 // the batch before last
	restarted int64 // time of the newest point that showed a reset
	seen      int64 // Unix seconds of the last arrival
	gap       float32
}

// ResourceRef names a resource in the store until the next Expire.
type ResourceRef uint32

// Resource finds or makes the entry of a resource; service is the key of what
// its instances share, or zero. 0 if the store is full.
func (s *Store) Resource(key, service Key, now int64) ResourceRef {
	i, ok := s.resources.index[key]
	if !ok {
		if s.resources.index == nil {
			s.resources.index = map[Key]uint32{}
		}
		if len(s.resources.index) >= s.settings.MaxSeries {
			return 0
		}
		i = s.resources.pool.take()
		*s.resources.pool.at(i) = resource{key: key, group: s.groups.find(service, s.settings.MaxSeries)}
		s.resources.index[key] = i
	}
	r := s.resources.pool.at(i)
	r.seen = now / int64(time.Second)
	return ResourceRef(i)
}

// at notes the time of a point of the resource.
func (r *resource) at(t int64) {
	if t <= r.last {
		return
	}
	if r.last == 0 {
		r.first, r.last, r.previous = t, t, t
		return
	}
	if gap := float32(float64(t-r.last) / 1e9); gap > 0.05 { // points of one batch may differ by a little
		if r.gap == 0 {
			r.gap = gap
		} else {
			r.gap += (min(gap, 4*r.gap) - r.gap) / 8
		}
		r.previous = r.last
	}
	r.last = t
}

// restarted notes that a counter of the resource began anew: the process behind
// it is another one.
func (s *Store) restarted(r *resource, t int64) {
	if t <= r.restarted {
		return
	}
	if t-r.restarted > int64(time.Second) || r.restarted == 0 {
		s.stats.Restarts++
	}
	r.restarted = t
}
