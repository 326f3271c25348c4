//go:build !linux

package proc

import (
	"context"
	"os"
	"syscall"
	"time"
)

// Process is never there on this system.
type Process struct{}

// Supported says ErrUnsupported.
func Supported() error { return ErrUnsupported }

// Boot says ErrUnsupported.
func Boot() (string, error) { return "", ErrUnsupported }

// Start says ErrUnsupported.
func Start(Spec, string) (*Process, error) { return nil, ErrUnsupported }

// Open says ErrUnsupported.
func Open(Identity, string) (*Process, error) { return nil, ErrUnsupported }

// Find says ErrUnsupported.
func Find(string, string) ([]Found, error) { return nil, ErrUnsupported }

// Lock says ErrUnsupported.
func Lock(context.Context, string, time.Duration) (*os.File, error) { return nil, ErrUnsupported }

// Identity is that of no process.
func (*Process) Identity() Identity { return Identity{} }

// Signal says ErrUnsupported.
func (*Process) Signal(syscall.Signal) error { return ErrUnsupported }

// KillGroup does nothing.
func (*Process) KillGroup() {}

// Resume does nothing.
func (*Process) Resume() {}

// Ended is true: there is no process.
func (*Process) Ended() (Exit, bool) { return Exit{}, true }

// Close does nothing.
func (*Process) Close() {}
