package alertwebhookreceiver

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestOnlyChangesAreSaidAndNotTooOften(t *testing.T) {
	core, logs := observer.New(zap.WarnLevel)
	c := newChanges(zap.New(core))
	now := time.Unix(1000, 0)
	c.now = func() time.Time { return now }
	said := func() int { return len(logs.TakeAll()) }

	for k := range 1000 {
		c.warn("not authorized", fmt.Sprint("from 10.0.0.", k%250))
	}
	assert.Equal(t, 1, said(), "many hosts")
	c.warn("the pipelines are full", "queue")
	assert.Equal(t, 1, said(), "another subject")
	now = now.Add(sayAgain)
	c.warn("the pipelines are full", "queue")
	assert.Zero(t, said(), "nothing new")
	c.warn("not authorized", "from 10.0.0.7")
	assert.Equal(t, 1, said())
	c.over("the pipelines are full")
	c.warn("the pipelines are full", "queue")
	assert.Equal(t, 1, said(), "it was over meanwhile")
	c.over("the pipelines are full")
	c.warn("the pipelines are full", "queue")
	assert.Zero(t, said(), "which does not make it talkative")
}
