package rcaconnector

import (
	"context"
	"time"

	"go.opentelemetry.io/collector/connector"
)

// Clock drives the engine of a replay: what time it is, and when to look. The
// function that comes as a tick is called when everything due has been emitted.
type Clock struct {
	Now   func() time.Time
	Ticks <-chan func()
}

// NewReplayFactory returns a factory of the same connector for recorded
// telemetry, in the time of the recording.
func NewReplayFactory(clock Clock) connector.Factory { return newFactory(clock) }

// replay is run with somebody else's time.
func (e *engine) replay(ticks <-chan func()) {
	defer close(e.done)
	for {
		select {
		case <-e.stop:
			return
		case done := <-ticks:
			e.tick(context.Background())
			done()
		}
	}
}
