package event

import "time"

// ChangeKind says what was changed.
type ChangeKind string

const (
	ChangeRelease  ChangeKind = "release"
	ChangeConfig   ChangeKind = "config"
	ChangeScale    ChangeKind = "scale"
	ChangeRollback ChangeKind = "rollback"
	ChangeManual   ChangeKind = "manual" // a person stopped, started or edited it
)

// Change is something that somebody did to an entity on purpose.
type Change struct {
	Entity Entity     `json:"entity"`
	Kind   ChangeKind `json:"kind"`
	From   string     `json:"from,omitempty"`
	To     string     `json:"to,omitempty"`
	By     string     `json:"by,omitempty"`
	At     time.Time  `json:"at"`
}
