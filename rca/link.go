package rca

// maxLinks is how many links of one span are followed: of a consumer of large
// batches the first will do.
const maxLinks = 8

// followLinks learns who sends messages to whom: a consumer's span that links to a
// producer's in another trace depends on it as on a caller.
func (e *Engine) followLinks(s *Span, to *service) {
	for k := range s.Links {
		if k >= maxLinks {
			return
		}
		l := &s.Links[k]
		tr, ok := e.traces.byID[l.TraceID]
		if !ok || l.TraceID == s.TraceID {
			continue
		}
		id := spanID(l.SpanID)
		for i := range tr.spans {
			if tr.spans[i].id != id {
				continue
			}
			if from := tr.spans[i].inst.svc; from != to {
				e.g.edge(from, to)
				to.serves, to.external = true, false
				if p := e.rec.slice(e.g.now); p != nil {
					p.AddCall(from.id, to.id)
				}
			}
			break
		}
	}
}
