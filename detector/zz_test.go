package detector
import ("testing";"math";"math/rand/v2")
func TestZZScale(t *testing.T) {
	for _, a := range []float64{1, 2, 1024, 1.0/1024, -1, 1e-3,7.3,1e6,1e12,1e20,1e30,1e37,1e38,1e39,1e45,1e100,1e-20,1e-30,1e-40,1e-44,1e-50} {
		var p, q Watch
		p.Model, q.Model = NewDefaultEWMA(), NewDefaultEWMA()
		r := rand.New(rand.NewPCG(1,1))
		diff, far, al, bl, worst := 0,0,0,0,0.0
		for i := int64(1); i<20000; i++ {
			x := 3*r.NormFloat64()+20
			if r.Float64()<0.002 {x += 30*r.Float64()}
			v, w := p.Step(Sample{Time:i*second,Value:x}), q.Step(Sample{Time:i*second,Value:a*x})
			if v.Chance != w.Chance {diff++}
			d := math.Abs(math.Log(v.Chance/w.Chance))
			if d > 0.02 {far++}
			worst = max(worst,d)
			if v.Chance<1e-3 {al++}
			if w.Chance<1e-3 {bl++}
		}
		t.Logf("%g: differ %d, by 2%% %d, worst %.3g, alarms %d %d; %v %v %v", a, diff, far, worst, al, bl, q.state.Past.Middle, q.state.Past.Above, q.state.Past.Move)
	}
}
func TestZZShift(t *testing.T) {
	for _, a := range []float64{0, 100, -50, 1e4,1e6,1e8} {
		var p, q Watch
		p.Model, q.Model = NewDefaultEWMA(), NewDefaultEWMA()
		r := rand.New(rand.NewPCG(1,1))
		diff, far, al, bl, worst := 0,0,0,0,0.0
		for i := int64(1); i<20000; i++ {
			x := 3*r.NormFloat64()+20
			if r.Float64()<0.002 {x += 30*r.Float64()}
			v, w := p.Step(Sample{Time:i*second,Value:x}), q.Step(Sample{Time:i*second,Value:a+x})
			if v.Chance != w.Chance {diff++}
			d := math.Abs(math.Log(v.Chance/w.Chance))
			if d > 0.02 {far++}
			worst = max(worst,d)
			if v.Chance<1e-3 {al++}
			if w.Chance<1e-3 {bl++}
		}
		t.Logf("%g: differ %d, by 2%% %d, worst %.3g, alarms %d %d", a, diff, far, worst, al, bl)
	}
	for _, every := range []int64{1e6,1e7,1e9,10e9,60e9,300e9,3600e9,86400e9} {
		var p, q Watch
		p.Model, q.Model = NewDefaultEWMA(), NewDefaultEWMA()
		p.Model.Ignore=p.Model.Ignore.With(ChannelDay)
		q.Model.Ignore=q.Model.Ignore.With(ChannelDay)
		r := rand.New(rand.NewPCG(1,1))
		diff, far, al, bl, worst := 0,0,0,0,0.0
		for i := int64(1); i<20000; i++ {
			x := 3*r.NormFloat64()+20
			if r.Float64()<0.002 {x += 30*r.Float64()}
			v, w := p.Step(Sample{Time:i*second,Value:x}), q.Step(Sample{Time:i*every,Value:x})
			if v.Chance != w.Chance {diff++}
			d := math.Abs(math.Log(v.Chance/w.Chance))
			if d > 0.02 {far++}
			worst = max(worst,d)
			if v.Chance<1e-3 {al++}
			if w.Chance<1e-3 {bl++}
		}
		t.Logf("every %g: differ %d, by 2%% %d, worst %.3g, alarms %d %d", float64(every)/1e9, diff, far, worst, al, bl)
	}
}
