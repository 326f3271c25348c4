package profile

// chargeAnswers decides whose fault failing calls are, as chargeGaps does.
func chargeAnswers(list []ContextEvidence) {
	nats := map[edgeKey]float64{}
	for k := range list {
		if x := &list[k]; x.Callee != 0 {
			edge := edgeKey{x.Caller, x.Callee}
			nats[edge] = max(nats[edge], x.Nats)
		}
	}
	for k := range list {
		if x := &list[k]; x.Callee != 0 && callersFault(nats, edgeKey{x.Caller, x.Callee}) {
			x.Node = x.Caller
		}
	}
}

// callersFault tells whether the trouble of an edge is the caller's: it has the
// same with others whom it calls, and more than others have with the callee.
func callersFault(nats map[edgeKey]float64, edge edgeKey) bool {
	out, in := 0.0, 0.0
	for k, x := range nats {
		switch {
		case k == edge:
		case k.from == edge.from:
			out = max(out, x)
		case k.to == edge.to:
			in = max(in, x)
		}
	}
	return out > in
}

// chargeGaps decides whose fault a grown gap is.
func chargeGaps(list []SegmentEvidence) {
	nats := map[edgeKey]float64{}
	for k := range list {
		if x := &list[k]; x.Kind != SegmentSelf && x.Nats > 0 {
			nats[edgeKey{x.From, x.To}] = x.Nats
		}
	}
	for k := range list {
		x := &list[k]
		if x.Kind != SegmentSelf && x.Nats > 0 && callersFault(nats, edgeKey{x.From, x.To}) {
			x.Node, x.chargedAway = x.From, true
		}
	}
}
