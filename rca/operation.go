package rca

import "strings"

// opKey is an operation as spans name it.
type opKey struct{ method, name string }

// maxSpelt bounds the spellings of operations that are remembered.
const maxSpelt = 1024

// spelt is the operation of a span, by what the span calls it.
func (s *service) spelt(method, name string) *operation {
	key := opKey{method, name}
	if s.last != nil && s.lastKey == key {
		return s.last
	}
	o, ok := s.spellings[key]
	if !ok {
		full := name
		if method != "" {
			full = line(method, 64) + " " + line(name, maxOperation)
		}
		o = s.operation(Operation(full))
		if len(s.spellings) < maxSpelt && len(method)+len(name) <= 4*maxOperation {
			key = opKey{strings.Clone(method), strings.Clone(name)}
			s.spellings[key] = o
		}
	}
	s.last, s.lastKey = o, key
	return o
}

func (s *service) operation(name string) *operation {
	if o, ok := s.ops[name]; ok {
		return o
	}
	if len(s.ops) >= maxNames || s.g.full {
		name = otherName
		if o, ok := s.ops[name]; ok {
			return o
		}
	}
	name = strings.Clone(name)
	o := &operation{name: name, id: s.g.names.Intern(name)}
	s.ops[name] = o
	return o
}
