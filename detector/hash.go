package detector

import "math/bits"

// Key is the identity of a series or a resource: 128 bits of a seeded hash.
type Key struct{ A, B uint64 }

// Plus combines keys in any order.
func (k Key) Plus(o Key) Key { return Key{k.A + o.A, k.B + o.B} }

// IsZero reports whether the key is none.
func (k Key) IsZero() bool { return k == Key{} }

// Hasher makes keys. Its seed must be random and secret, since identities are
// the words of whoever sends telemetry; it is kept in snapshots, so that a
// series is known again.
type Hasher struct{ Seed [2]uint64 }

// Odd constants with as many ones as zeros, from the fractional digits of π.
const (
	mulA = 0x9216d5d98979fb1b
	mulB = 0xd1310ba698dfb5ad
	mulC = 0xb8e1afed6a267e97
)

// Text hashes a string; kind keeps texts of different use apart.
//
// Two lanes of folded 64 × 64-bit multiplications, each with its own half of
// the seed (the construction of wyhash).
func (h Hasher) Text(s string, kind uint64) Key {
	a, b := h.Seed[0]^kind, h.Seed[1]^kind
	n := uint64(len(s))
	for len(s) > 16 {
		x, y := word(s), word(s[8:])
		a = fold(x^a, y^mulA)
		b = fold(x^mulB, y^b)
		s = s[16:]
	}
	var x, y uint64
	switch {
	case len(s) >= 8:
		x, y = word(s), word(s[len(s)-8:])
	case len(s) >= 4:
		x, y = half(s), half(s[len(s)-4:])
	case len(s) > 0:
		x = uint64(s[0])<<16 | uint64(s[len(s)/2])<<8 | uint64(s[len(s)-1])
	}
	return Key{fold(x^a, y^mulA^n), fold(x^mulB^n, y^b)}
}

// Pair hashes a key of a map with the hash of its value, so that pairs can be
// added up in any order.
func (h Hasher) Pair(key, value Key) Key {
	return Key{
		fold(key.A^h.Seed[1]^mulC, value.A^mulA),
		fold(key.B^h.Seed[0]^mulA, value.B^mulC),
	}
}

// Number hashes 64 bits; kind keeps numbers of different types apart.
func (h Hasher) Number(n, kind uint64) Key {
	return Key{fold(n^h.Seed[0], kind^mulA^h.Seed[1]), fold(n^h.Seed[1]^mulB, kind^mulC^h.Seed[0])}
}

// Mix ends a sum of pairs, or makes an ordered chain.
func (h Hasher) Mix(k, o Key) Key {
	return Key{
		fold(k.A^h.Seed[0], o.A^mulB),
		fold(k.B^h.Seed[1]^mulC, o.B^mulA),
	}
}

func fold(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo
}

func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

func half(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}
