package detector

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"time"
)

// Why a snapshot is not used.
var (
	ErrSnapshotBroken = errors.New("snapshot is broken")
	ErrSnapshotStale  = errors.New("snapshot is older than the idle time-out")
)

// Decode makes a store from the chunks of one snapshot. The seed is the
// snapshot's. On an error there is no store: a snapshot is whole or not trusted.
func Decode(set Settings, chunks [][]byte, now int64) (*Store, error) {
	if len(chunks) == 0 {
		return nil, fmt.Errorf("%w: no chunk", ErrSnapshotBroken)
	}
	var s *Store
	var made int64
	for i, c := range chunks {
		r, h, err := open(c)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			set.Seed, made = h.seed, h.made
			s = NewStore(set)
			if age := now - made; age > int64(set.IdleTimeout) || age < -int64(time.Hour) {
				return nil, ErrSnapshotStale
			}
		}
		if h.seed != set.Seed || h.made != made || h.number != uint32(i) || h.count != uint32(len(chunks)) {
			return nil, fmt.Errorf("%w: chunk %d is of another snapshot", ErrSnapshotBroken, i)
		}
		if err := s.records(r, now); err != nil {
			return nil, fmt.Errorf("%w: chunk %d: %w", ErrSnapshotBroken, i, err)
		}
	}
	return s, nil
}

type head struct {
	seed          [2]uint64
	number, count uint32
	made          int64
}

func open(c []byte) (*reader, head, error) {
	if len(c) < headSize+4 || len(c) > MaxChunk {
		return nil, head{}, fmt.Errorf("%w: a chunk of %d bytes", ErrSnapshotBroken, len(c))
	}
	body := c[:len(c)-4]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(c[len(c)-4:]) {
		return nil, head{}, fmt.Errorf("%w: checksum differs", ErrSnapshotBroken)
	}
	r := &reader{buf: body}
	if r.u32() != snapshotMagic || r.u32() != snapshotVersion {
		return nil, head{}, fmt.Errorf("%w: not a snapshot of this version", ErrSnapshotBroken)
	}
	h := head{seed: [2]uint64{r.u64(), r.u64()}, number: r.u32(), count: r.u32(), made: int64(r.u64())}
	return r, h, nil
}

var errRecord = errors.New("bad record")

func (s *Store) records(r *reader, now int64) error {
	for len(r.buf) > 0 && !r.bad {
		switch r.u8() {
		case recordGroup:
			key, st := r.key(), r.state()
			r.day() // a group has none
			if key.IsZero() {
				return errRecord
			}
			if i := s.groups.find(key, s.settings.MaxSeries); i != 0 {
				g := s.groups.pool.at(i)
				g.state = st
				g.refs = 0
			}
		case recordResource:
			key, service := r.key(), r.key()
			if key.IsZero() {
				return errRecord
			}
			first, last, previous, restarted, gap := r.time(), r.time(), r.time(), r.time(), r.f32()
			if ref := s.Resource(key, service, now); ref != 0 {
				e := s.resources.pool.at(uint32(ref))
				e.first, e.last, e.previous, e.restarted, e.gap = first, last, previous, restarted, gap
			}
		case recordSeries:
			if err := s.decodeSeries(r, now); err != nil {
				return err
			}
		default:
			return errRecord
		}
	}
	if r.bad {
		return errRecord
	}
	return nil
}

func (s *Store) decodeSeries(r *reader, now int64) error {
	o := Origin{Key: r.key()}
	resource, ok := s.resources.index[r.key()]
	o.Family.A = r.u64()
	o.Kind, o.FromZero = Kind(r.u8()), r.u8() == 1
	aspect, first, day := Aspect(r.u16()), r.state(), r.day()
	extras := int(r.u16())
	_, twice := s.seek(o.Key)
	if r.bad || o.Kind < KindGauge || o.Kind > KindSummary || extras > maxQuantiles+2 {
		return errRecord
	}
	var ref Ref
	// Not taken: what is beyond a smaller max_series than when it was written, a
	// series whose resource came later, and one that went and came back meanwhile.
	if ok = ok && twice == 0; ok {
		ref, ok = s.Add(o, ResourceRef(resource), now)
	}
	var e *series
	if ok {
		e = s.series.at(uint32(ref))
		if e.aspect != aspect {
			return errRecord
		}
		s.restore(&e.first, first, day)
		if first.Phase != PhaseLearning {
			s.register(uint32(ref), e)
		}
	}
	for range extras {
		a, st, day := Aspect(r.u16()), r.state(), r.day()
		if !ok {
			continue
		}
		if s.lookup(e, a) != nil {
			return errRecord
		}
		if to := s.state(e, a); to != nil {
			s.restore(to, st, day)
		}
	}
	n := int(r.u16())
	if n == 0 {
		return nil
	}
	if n > maxWords || n < minWords || n&(n-1) != 0 {
		return errRecord
	}
	var run []uint64
	if ok {
		e.words = s.words.take(n)
		run = s.words.at(e.words)
	}
	for i := range n {
		if w := r.u64(); ok {
			run[i] = w
		}
	}
	if ok && (e.kind == KindHistogram || e.kind == KindSummary) && n < histBuckets {
		return errRecord
	}
	return nil
}

func (s *Store) restore(to *State, from State, day *Day) {
	s.count(to.Phase, from.Phase)
	*to = from
	switch {
	case day == unearned:
		to.Daily = noDay
	case day != nil && s.daysHeld < s.daysMost():
		to.Daily = s.days.take()
		day.Bar = day.Peaks.bar(from.Past.N)
		*s.days.at(to.Daily) = *day
		s.daysHeld++
	}
}

// reader takes numbers off a buffer; after its end it gives zeros and is bad.
type reader struct {
	buf []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if len(r.buf) < n {
		r.bad, r.buf = true, nil
		return make([]byte, n)
	}
	b := r.buf[:n]
	r.buf = r.buf[n:]
	return b
}

func (r *reader) u8() byte     { return r.take(1)[0] }
func (r *reader) u16() uint16  { return binary.LittleEndian.Uint16(r.take(2)) }
func (r *reader) u32() uint32  { return binary.LittleEndian.Uint32(r.take(4)) }
func (r *reader) u64() uint64  { return binary.LittleEndian.Uint64(r.take(8)) }
func (r *reader) f32() float32 { return r.check32(math.Float32frombits(r.u32())) }
func (r *reader) f64() float64 { return r.check(math.Float64frombits(r.u64())) }
func (r *reader) key() Key     { return Key{A: r.u64(), B: r.u64()} }

// time reads Unix nanoseconds, which are never negative.
func (r *reader) time() int64 {
	t := int64(r.u64())
	if t < 0 {
		r.bad = true
		return 0
	}
	return t
}

func (r *reader) check(f float64) float64 {
	if !finite(f) {
		r.bad = true
	}
	return f
}

func (r *reader) check32(f float32) float32 {
	r.check(float64(f))
	return f
}

// state reads a state and checks its invariants.
func (r *reader) state() State {
	s := State{Last: r.time(), Mean: r.f64(), Var: r.f64(), Onset: r.time(), Level: r.f64()}
	s.Weight, s.Gap, s.Tail, s.LevelDev, s.Habit, s.Worst = r.f32(), r.f32(), r.f32(), r.f32(), r.f32(), r.f32()
	s.Run, s.Phase, s.Shape = int8(r.u8()), Phase(r.u8()), Shape(r.u8())
	r.past(&s.Past)
	anomalous := s.Phase == PhaseSuspect || s.Phase == PhaseOpen
	if s.Var < 0 || s.Weight < 0 || s.Gap < 0 || s.Tail < 0 || s.LevelDev < 0 || s.Habit < 0 || math.Abs(float64(s.Worst)) > maxScore ||
		math.Abs(s.Mean) > maxMagnitude || math.Abs(s.Level) > maxMagnitude || s.Phase > PhaseOpen || s.Shape >= shapes ||
		(s.Onset != 0) != anomalous {
		r.bad = true
	}
	return s
}
