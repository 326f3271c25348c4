package profile

// edges are those that something was found of, in a fixed order, with by how much
// each differs from what is usual, in nats: below zero where it is as ever.
type edges struct {
	list []edgeKey
	nats map[edgeKey]float64
}

func (e *edges) add(edge edgeKey, nats float64) {
	if e.nats == nil {
		e.nats = map[edgeKey]float64{}
	}
	if _, ok := e.nats[edge]; !ok {
		e.list = append(e.list, edge)
	}
	e.nats[edge] += nats
}

// callersFault tells whether the trouble of an edge is the caller's: it has the
// same with others whom it calls, and more than others have with the callee.
//
// A trouble with others that is less than a tenth of it is another one.
//
// Whose fault it is, it does with everybody. So the others of each side are
// added up, those that are as ever against it: the luckiest of a dozen quiet
// edges alone would always speak for whoever has a dozen.
func (e *edges) callersFault(edge edgeKey) bool {
	out, in := 0.0, 0.0
	for _, o := range e.list {
		switch {
		case o == edge:
		case o.from == edge.from:
			out += e.nats[o]
		case o.to == edge.to:
			in += e.nats[o]
		}
	}
	return out > max(0, in, e.nats[edge]/10)
}

// chargeAnswers decides whose fault failing calls are. What an edge shows in
// several contexts is of the same calls, so that the strongest counts.
func chargeAnswers(list []ContextEvidence) {
	strongest := map[edgeKey]float64{}
	var all edges
	for k := range list {
		if x := &list[k]; x.Callee != 0 {
			edge := edgeKey{x.Caller, x.Callee}
			if old, ok := strongest[edge]; !ok || x.Nats > old {
				strongest[edge] = x.Nats
				all.add(edge, x.Nats-old)
			}
		}
	}
	for k := range list {
		if x := &list[k]; x.Callee != 0 && all.callersFault(edgeKey{x.Caller, x.Callee}) {
			x.Node = x.Caller
		}
	}
}

// chargeGaps decides whose fault a grown gap is.
func chargeGaps(list []SegmentEvidence) {
	var all edges
	for k := range list {
		if x := &list[k]; x.Kind != SegmentSelf {
			all.add(edgeKey{x.From, x.To}, x.Nats)
		}
	}
	for k := range list {
		x := &list[k]
		if x.Kind != SegmentSelf && x.Nats > 0 && all.callersFault(edgeKey{x.From, x.To}) {
			x.Node = x.From
		}
	}
}
