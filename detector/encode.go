package detector

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

// A snapshot is a list of chunks. Each has a head (magic, version, seed, its
// number and how many there are, when it was made), whole records and a
// checksum, and is read by itself. Numbers are little-endian.
const (
	snapshotMagic   = 0x6f746864 // "otdh"
	snapshotVersion = 3
	// MaxChunk bounds a chunk; storage engines keep large values badly.
	MaxChunk   = 1 << 20
	headSize   = 4 + 4 + 8 + 8 + 4 + 4 + 8
	recordRoom = 16 << 10 // larger than any record
)

const (
	recordGroup byte = iota + 1
	recordResource
	recordSeries
)

// Encode returns the store as chunks of at most MaxChunk bytes.
func (s *Store) Encode(now int64) [][]byte {
	e := s.NewEncoder(now)
	for e.Step(1 << 20) {
	}
	return e.Chunks()
}

// Encoder writes a store piece by piece, so that the caller may let go of its
// lock in between and the stream goes on. Each series is whole as of the moment
// it was written; what came or went meanwhile may be missing, and is learnt anew.
type Encoder struct {
	s    *Store
	w    writer
	part byte   // the kind of record that is being written
	next uint32 // the first of it that is not
}

// NewEncoder begins a snapshot.
func (s *Store) NewEncoder(now int64) *Encoder {
	return &Encoder{s: s, w: writer{seed: s.settings.Seed, now: now}, part: recordGroup, next: 1}
}

// Step writes up to so many records; false if there are no more.
func (e *Encoder) Step(records int) bool {
	s := e.s
	for range records {
		end := [...]uint32{recordGroup: s.groups.pool.next, recordResource: s.resources.pool.next, recordSeries: s.series.next}[e.part]
		if e.next >= end {
			if e.part == recordSeries {
				return false
			}
			e.part, e.next = e.part+1, 1
			continue
		}
		e.write(e.next)
		e.next++
	}
	return true
}

// Chunks returns what was written.
func (e *Encoder) Chunks() [][]byte { return e.w.finish() }

func (e *Encoder) write(i uint32) {
	s, w := e.s, &e.w
	switch e.part {
	case recordGroup:
		if g := s.groups.pool.at(i); !g.key.IsZero() {
			w.begin(recordGroup)
			w.key(g.key)
			s.encodeState(w, &g.state)
		}
	case recordResource:
		r := s.resources.pool.at(i)
		if r.key.IsZero() {
			return
		}
		w.begin(recordResource)
		w.key(r.key)
		w.key(s.groupKey(r))
		for _, n := range []int64{r.first, r.last, r.previous, r.restarted} {
			w.u64(uint64(n))
		}
		w.f32(r.gap)
	case recordSeries:
		if e := s.series.at(i); e.used {
			s.encodeSeries(w, e)
		}
	}
}

func (s *Store) groupKey(r *resource) Key {
	if r.group == 0 {
		return Key{}
	}
	return s.groups.pool.at(r.group).key
}

func (s *Store) encodeSeries(w *writer, e *series) {
	w.begin(recordSeries)
	w.key(e.key)
	w.key(s.resources.pool.at(e.resource).key)
	w.u64(e.family)
	zero := byte(0)
	if e.fromZero {
		zero = 1
	}
	w.buf = append(w.buf, byte(e.kind), zero)
	w.u16(uint16(e.aspect))
	s.encodeState(w, &e.first)
	n := 0
	for i := e.next; i != 0; i = s.extra.at(i).next {
		n++
	}
	w.u16(uint16(n))
	for i := e.next; i != 0; i = s.extra.at(i).next {
		x := s.extra.at(i)
		w.u16(uint16(x.aspect))
		s.encodeState(w, &x.state)
	}
	var run []uint64
	if e.words != 0 {
		run = s.words.at(e.words)
	}
	w.u16(uint16(len(run)))
	for _, n := range run {
		w.u64(n)
	}
}

type writer struct {
	seed   [2]uint64
	now    int64
	buf    []byte
	chunks [][]byte
}

func (w *writer) u16(n uint16)  { w.buf = binary.LittleEndian.AppendUint16(w.buf, n) }
func (w *writer) u32(n uint32)  { w.buf = binary.LittleEndian.AppendUint32(w.buf, n) }
func (w *writer) u64(n uint64)  { w.buf = binary.LittleEndian.AppendUint64(w.buf, n) }
func (w *writer) f32(f float32) { w.u32(math.Float32bits(f)) }
func (w *writer) f64(f float64) { w.u64(math.Float64bits(f)) }
func (w *writer) key(k Key)     { w.u64(k.A); w.u64(k.B) }

func (s *Store) encodeState(w *writer, st *State) {
	w.state(st)
	switch st.Daily {
	case 0:
		w.day(nil)
	case noDay:
		w.day(unearned)
	default:
		w.day(s.days.at(st.Daily))
	}
}

func (w *writer) state(s *State) {
	w.u64(uint64(s.Last))
	w.f64(s.Mean)
	w.f64(s.Var)
	w.u64(uint64(s.Onset))
	w.f64(s.Level)
	for _, f := range []float32{s.Weight, s.Gap, s.Tail, s.LevelDev, s.Habit, s.Worst} {
		w.f32(f)
	}
	w.buf = append(w.buf, byte(s.Run), byte(s.Phase), byte(s.Shape))
	w.past(&s.Past)
}

// begin starts a record, in a new chunk if this one may not hold it.
func (w *writer) begin(kind byte) {
	if len(w.buf) > MaxChunk-recordRoom {
		w.chunks = append(w.chunks, w.buf)
		w.buf = make([]byte, headSize, MaxChunk)
	}
	if len(w.buf) == 0 {
		w.buf = make([]byte, headSize, 64<<10)
	}
	w.buf = append(w.buf, kind)
}

// finish writes the heads, now that the number of chunks is known, and checksums.
func (w *writer) finish() [][]byte {
	if len(w.buf) == 0 {
		w.buf = make([]byte, headSize)
	}
	w.chunks = append(w.chunks, w.buf)
	for i, c := range w.chunks {
		h := c[:0]
		h = binary.LittleEndian.AppendUint32(h, snapshotMagic)
		h = binary.LittleEndian.AppendUint32(h, snapshotVersion)
		h = binary.LittleEndian.AppendUint64(h, w.seed[0])
		h = binary.LittleEndian.AppendUint64(h, w.seed[1])
		h = binary.LittleEndian.AppendUint32(h, uint32(i))
		h = binary.LittleEndian.AppendUint32(h, uint32(len(w.chunks)))
		binary.LittleEndian.AppendUint64(h, uint64(w.now))
		w.chunks[i] = binary.LittleEndian.AppendUint32(c, crc32.ChecksumIEEE(c))
	}
	return w.chunks
}
