package rca

// Zipkin's senders may give both sides of a call one span ID: the client's half
// and the server's differ in kind and in who sent them. Such a server's half is
// the child of the client's, and what names their ID as its parent is the
// server's.

// share notes that the spans are the halves of one call, if they are.
func (j *judge) share(a, b int) bool {
	x, y := &j.t.spans[a], &j.t.spans[b]
	if x.inst == y.inst || x.parent != y.parent {
		return false
	}
	switch {
	case x.kind == KindClient && y.kind == KindServer:
		j.index[y.id] = b
		j.halves = append(j.halves, [2]int{b, a})
	case x.kind == KindServer && y.kind == KindClient:
		j.halves = append(j.halves, [2]int{a, b})
	default:
		return false
	}
	return true
}

// clientHalf is the other half of a server's span, or -1.
func (j *judge) clientHalf(i int) int {
	for _, h := range j.halves {
		if h[0] == i {
			return h[1]
		}
	}
	return -1
}
