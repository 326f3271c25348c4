package detector

import "math"

// past writes a past in the order of its fields.
func (w *writer) past(p *Past) {
	w.f64(p.Middle)
	w.f64(p.Prev)
	w.u32(p.N)
	w.u32(p.Over)
	for _, f := range p.floats() {
		w.f32(*f)
	}
	w.u64(p.Visited)
	w.u64(p.Before)
	w.buf = append(w.buf, p.Visits[:]...)
	for i := range p.Peaks {
		w.peaks(&p.Peaks[i])
	}
	w.buf = append(w.buf, p.Alarms.n)
	for j := range p.Alarms.n {
		w.u16(p.Alarms.size[j])
		w.buf = append(w.buf, p.Alarms.block[j])
	}
	w.u16(p.Still)
	w.buf = append(w.buf, p.Block, p.Isolate)
}

// floats are the fields of one size, so that writing and reading agree.
func (p *Past) floats() [8]*float32 {
	return [...]*float32{&p.Above, &p.Below, &p.Move, &p.Lately, &p.Unrest, &p.Shift, &p.Shifts, &p.Novelty}
}

// past reads what the writer wrote; r.bad if it cannot be one.
func (r *reader) past(p *Past) {
	p.Middle, p.Prev, p.N, p.Over = r.f64(), r.f64(), r.u32(), r.u32()
	for _, f := range p.floats() {
		*f = r.f32()
		if (*f < 0 && f != &p.Shift) || math.Abs(float64(*f)) > 10*maxMagnitude {
			r.bad = true
		}
	}
	if p.N >= maxSeen || math.Abs(p.Middle) > maxMagnitude || math.Abs(p.Prev) > maxMagnitude {
		r.bad = true
	}
	p.Visited, p.Before = r.u64()&allBins, r.u64()&allBins
	for i := range p.Visits {
		p.Visits[i] = r.u8()
	}
	for i := range p.Peaks {
		r.peaks(&p.Peaks[i])
		p.Bars[i] = p.Peaks[i].bar(p.N)
	}
	if p.Alarms.n = r.u8(); p.Alarms.n > alarmsKept {
		p.Alarms.n, r.bad = 0, true
	}
	for j := range p.Alarms.n {
		p.Alarms.size[j], p.Alarms.block[j] = r.u16(), r.u8()
	}
	p.Still, p.Block, p.Isolate = r.u16(), r.u8(), r.u8()
}

func (w *writer) peaks(k *peaks) {
	w.buf = append(w.buf, k.n)
	for j := range k.n {
		w.u16(k.size[j])
		w.buf = append(w.buf, k.block[j], k.weight[j])
	}
}

func (r *reader) peaks(k *peaks) {
	if k.n = r.u8(); k.n > kept {
		k.n, r.bad = 0, true
	}
	for j := range k.n {
		k.size[j], k.block[j], k.weight[j] = r.u16(), r.u8(), min(r.u8(), wholePeak)
	}
}

// unearned stands for the daily profile of a state that has earned none.
var unearned = new(Day)

// What is written of a daily profile.
const (
	dayNone byte = iota
	dayHeld
	dayUnearned
)

// day writes the daily profile of a state, or that it has none.
func (w *writer) day(d *Day) {
	switch d {
	case nil:
		w.buf = append(w.buf, dayNone)
		return
	case unearned:
		w.buf = append(w.buf, dayUnearned)
		return
	}
	w.buf = append(w.buf, dayHeld)
	w.u64(uint64(d.Since))
	for _, f := range []float32{d.Sum, d.Count, d.With, d.Without} {
		w.f32(f)
	}
	w.u16(uint16(d.Bin))
	w.peaks(&d.Peaks)
	for i := range d.Mean {
		w.buf = append(w.buf, byte(d.Mean[i]), d.Days[i])
	}
}

// day reads a daily profile; nil if there is none.
func (r *reader) day() *Day {
	switch r.u8() {
	case dayNone:
		return nil
	case dayUnearned:
		return unearned
	}
	d := &Day{Since: r.time()}
	d.Sum, d.Count, d.With, d.Without = r.f32(), r.f32(), r.f32(), r.f32()
	d.Bin = int16(r.u16())
	r.peaks(&d.Peaks)
	for i := range d.Mean {
		d.Mean[i], d.Days[i] = int8(r.u8()), r.u8()
	}
	if d.Bin < 0 || d.Bin >= halfHours || d.Count < 0 || d.With < 0 || d.Without < 0 {
		r.bad = true
		return nil
	}
	return d
}
