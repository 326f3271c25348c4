package rca

import (
	"slices"
	"time"

	"github.com/otelheal/otelheal/event"
)

// maxLives is how many incarnations of one instance are remembered. More within
// one incident is flapping, which healing stops by itself.
const maxLives = 4

// life is one incarnation and the release that it ran.
type life struct {
	incarnation event.Incarnation
	release     string
	born        time.Time // zero: it was there when we first heard of the instance
}

// live notes the incarnation of a report.
func (st *agentState) live(s event.AgentState) {
	n := len(st.lives)
	if s.Incarnation == "" || n > 0 && st.lives[n-1].incarnation == s.Incarnation {
		return
	}
	born := s.Since
	if n == 0 {
		born = time.Time{}
	}
	st.lives = append(st.lives, life{s.Incarnation, s.Release, born})
	if n >= maxLives {
		st.lives = slices.Delete(st.lives, 0, 1)
	}
}

// at is the life that an incident with this onset is about: the one that lived
// then, also if another has taken its place since. Whoever replaced it was
// faster, and must not be acted on for what its predecessor did, unless it was
// seen to fail itself.
func (st *agentState) at(onset time.Time) life {
	n := len(st.lives)
	if n == 0 {
		return life{release: st.Release}
	}
	if st.failed.Incarnation == st.lives[n-1].incarnation {
		return st.lives[n-1]
	}
	for k := n - 1; k > 0; k-- {
		if !st.lives[k].born.After(onset) {
			return st.lives[k]
		}
	}
	return st.lives[0]
}
