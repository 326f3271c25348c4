package alertwebhookreceiver

import (
	"sync"
	"time"

	"go.uber.org/zap"
)

// sayAgain is how soon a subject may be said with another text: whoever sends what
// is refused, from many addresses, writes no log of its own.
const sayAgain = 10 * time.Second

// changes logs a thing when it differs from what was said of it before.
type changes struct {
	log  *zap.Logger
	now  func() time.Time
	mu   sync.Mutex // guards said
	said map[string]saying
}

type saying struct {
	text string
	at   time.Time
}

func newChanges(log *zap.Logger) *changes {
	return &changes{log: log, now: time.Now, said: map[string]saying{}}
}

// warn says the text of a subject if it is a new one.
func (c *changes) warn(subject, text string) {
	c.mu.Lock()
	last, now := c.said[subject], c.now()
	say := text != last.text && (last.at.IsZero() || now.Sub(last.at) >= sayAgain)
	if say {
		c.said[subject] = saying{text, now}
	}
	c.mu.Unlock()
	if say {
		c.log.Warn(subject, zap.String("reason", text))
	}
}

// over says nothing, but that the trouble is said when it comes again.
func (c *changes) over(subject string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last, ok := c.said[subject]; ok {
		c.said[subject] = saying{"", last.at}
	}
}
