package incidentpage

import (
	"strconv"
	"strings"
)

// path builds an SVG path; a tenth of a pixel is enough.
type path struct{ strings.Builder }

func (p *path) to(op byte, xy ...float64) {
	p.WriteByte(op)
	for k, v := range xy {
		if k > 0 {
			p.WriteByte(' ')
		}
		p.WriteString(strconv.FormatFloat(v, 'f', 1, 64))
	}
}

// curve leaves and arrives level, or from below.
func (p *path) curve(x1, y1, x2, y2 float64, below bool) {
	if below {
		low := max(y1, y2) + 30
		p.to('C', x1, low, x2, low, x2, y2)
		return
	}
	mid := (x1 + x2) / 2
	p.to('C', mid, y1, mid, y2, x2, y2)
}
