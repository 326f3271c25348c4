package report

import "unicode/utf8"

// Chain is the path of a fault as boxes from its cause to where it hurts.
type Chain struct {
	Width, Height float64
	Boxes         []Box
}

// Box is one entity.
type Box struct {
	X, Y, Width, Height, Middle float64
	Text, Class                 string
	ArrowFrom, ArrowTo          float64 // to the next one; equal for the last
}

const (
	boxHeight, boxGap = 36.0, 44.0
	perLetter         = 8.4
)

func chain(entities []string) Chain {
	c := Chain{Height: boxHeight + 4}
	x := 2.0
	for i, e := range entities {
		b := Box{X: x, Y: 2, Height: boxHeight, Width: 28 + perLetter*float64(utf8.RuneCountInString(e)), Text: e}
		b.Middle = b.X + b.Width/2
		switch i {
		case 0:
			b.Class = "cause"
		case len(entities) - 1:
			b.Class = "symptom"
		}
		x += b.Width
		b.ArrowFrom, b.ArrowTo = x, x
		if i < len(entities)-1 {
			b.ArrowTo = x + boxGap - 6
			x += boxGap
		}
		c.Boxes = append(c.Boxes, b)
	}
	c.Width = x + 2
	return c
}
