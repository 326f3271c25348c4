package incidentpage

import (
	"slices"
	"strings"

	"github.com/otelheal/otelheal/event"
)

// The graph in pixels of its own; the page scales it.
const (
	graphWidth = 1120.0
	boxWidth   = 190.0
	boxHeight  = 40.0
	rowHeight  = 62.0
	most       = 24 // nodes drawn, the nearest to the cause
	perColumn  = 6
	shown      = 26 // runes of a name
)

type node struct {
	Name, Short string
	Class       string
	X, Y        float64
	W, H        float64
	TX, TY      float64
	column      int
}

type arrow struct {
	Path  string
	Title string
	Text  string
	TX    float64
	TY    float64
}

// graph shows how damage spreads: from the cause on the left to the callers that
// suffer from it.
type graph struct {
	Width, Height float64
	Nodes         []*node
	Arrows        []arrow
	More          int
}

type link struct{ from, to string }

// links are the ways damage goes, from callee to caller, by the chain and by
// which edges hurt; with what hurts there.
func links(i *event.Incident) ([]link, map[link][]string) {
	var order []link
	texts := map[link][]string{}
	add := func(l link, text string) {
		if _, ok := texts[l]; !ok {
			order = append(order, l)
			texts[l] = nil
		}
		if text != "" {
			texts[l] = append(texts[l], text)
		}
	}
	for k := 1; k < len(i.Chain); k++ {
		add(link{serviceOf(i, i.Chain[k-1]), serviceOf(i, i.Chain[k])}, "")
	}
	for k := range i.Symptoms {
		s := &i.Symptoms[k]
		name, ok := strings.CutPrefix(s.ID, "edge:")
		if !ok {
			continue
		}
		name = strings.TrimSuffix(name, ":"+s.What)
		if from, to, ok := strings.Cut(name, ">"); ok && from != to {
			add(link{to, from}, s.What+" "+number(s.Observed, s.Unit))
		}
	}
	return order, texts
}

// serviceOf is the name of an instance's service, where the incident tells it.
func serviceOf(i *event.Incident, name string) string {
	for _, n := range append([]event.Entity{i.Cause.Target.Entity}, entities(i)...) {
		if n.Instance != "" && n.String() == name {
			return n.OfService().String()
		}
	}
	return name
}

func entities(i *event.Incident) (list []event.Entity) {
	for k := range i.RunnersUp {
		list = append(list, i.RunnersUp[k].Target.Entity)
	}
	for k := range i.Symptoms {
		list = append(list, i.Symptoms[k].Entity)
	}
	return list
}

func draw(i *event.Incident) *graph {
	g := &graph{Width: graphWidth}
	order, texts := links(i)
	cause := serviceOf(i, i.Cause.Target.Entity.String())
	column := map[string]int{cause: 0}
	names := []string{cause}
	for k := 0; k < len(names); k++ { // breadth first, so that cycles end
		for _, l := range order {
			if _, ok := column[l.to]; l.from == names[k] && !ok {
				column[l.to] = column[names[k]] + 1
				names = append(names, l.to)
			}
		}
	}
	for k := 0; k < len(names); k++ { // who is called by those, and hurts as well
		for _, l := range order {
			if _, ok := column[l.from]; l.to == names[k] && !ok {
				column[l.from] = column[names[k]] + 1
				names = append(names, l.from)
			}
		}
	}
	last := 0
	for _, c := range column {
		last = max(last, c)
	}
	for _, n := range i.Blast.Services { // reached in a way that nothing tells
		if !slices.ContainsFunc(names, func(known string) bool { return known == n || strings.HasSuffix(known, "/"+n) }) {
			column[n] = last + 1
			names = append(names, n)
		}
	}
	g.place(i, names, column)
	at := map[string]*node{}
	for _, n := range g.Nodes {
		at[n.Name] = n
	}
	for _, l := range order {
		a, b := at[l.from], at[l.to]
		if a == nil || b == nil || a == b {
			continue
		}
		g.Arrows = append(g.Arrows, connect(a, b, l, texts[l]))
	}
	return g
}

func (g *graph) place(i *event.Incident, names []string, column map[string]int) {
	if len(names) > most {
		g.More, names = len(names)-most, names[:most]
	}
	rows := map[int]int{}
	columns := 0
	for _, name := range names {
		c := column[name]
		for rows[c] >= perColumn {
			c++
		}
		n := &node{Name: name, Short: short(name), Class: "node", column: c, W: boxWidth, H: boxHeight, Y: 8 + float64(rows[c])*rowHeight}
		switch {
		case name == names[0]:
			n.Class = "node cause"
		case suspected(i, name):
			n.Class = "node suspect"
		}
		rows[c]++
		columns = max(columns, c+1)
		g.Nodes = append(g.Nodes, n)
	}
	step := min(350, (graphWidth-boxWidth-4)/float64(max(1, columns-1)))
	height := 0
	for _, n := range rows {
		height = max(height, n)
	}
	g.Height = float64(height)*rowHeight + 4
	for _, n := range g.Nodes {
		n.X = 2 + float64(n.column)*step
		n.Y += float64(height-rows[n.column]) * rowHeight / 2
		n.TX, n.TY = n.X+n.W/2, n.Y+n.H/2+4
	}
}

func suspected(i *event.Incident, name string) bool {
	return slices.ContainsFunc(i.RunnersUp, func(c event.Cause) bool { return c.Target.Entity.OfService().String() == name })
}

func connect(a, b *node, l link, texts []string) arrow {
	x1, y1 := a.X+a.W, a.Y+a.H/2
	x2, y2 := b.X-6, b.Y+b.H/2
	switch {
	case b.column < a.column: // back
		x1, x2 = a.X, b.X+b.W+6
	case b.column == a.column: // beside: around below
		x1, y1, x2, y2 = a.X+a.W/2, a.Y+a.H, b.X+b.W/2, b.Y+b.H+6
	}
	var p path
	p.to('M', x1, y1)
	p.curve(x1, y1, x2, y2, b.column == a.column)
	r := arrow{Path: p.String(), Title: l.to + " calls " + l.from + ": " + strings.Join(texts, ", "), TX: (x1 + x2) / 2, TY: y2 - 6}
	if a.column >= b.column { // beside the one that is farther from the cause
		r.TY = y1 - 6
	}
	if len(texts) > 0 {
		r.Text = texts[0]
	}
	return r
}

func short(name string) string {
	r := []rune(name)
	if len(r) > shown {
		return string(r[:shown-1]) + "…"
	}
	return name
}
