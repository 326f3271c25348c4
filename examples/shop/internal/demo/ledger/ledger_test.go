package ledger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestLog(t *testing.T) {
	l := Log{
		{T: 1000, PID: 1, Instance: "cart-1", Event: "start"},
		{T: 2000, PID: 2, Instance: "payment-1", Event: "start"},
		{T: 5000, PID: 1, Instance: "cart-1", Event: "end"},
		{T: 6000, PID: 3, Instance: "cart-1", Event: "start"},
	}
	assert.Equal(t, []Entry{l[3]}, l.Starts(time.UnixMilli(2000)))

	before, ok := l.Incarnation("cart-1", time.UnixMilli(5500))
	assert.True(t, ok)
	assert.Equal(t, 1, before.PID)
	after, _ := l.Incarnation("cart-1", time.UnixMilli(6000))
	assert.Equal(t, 3, after.PID)
	_, ok = l.Incarnation("frontend-1", time.UnixMilli(9000))
	assert.False(t, ok)

	assert.Equal(t, []int{1, 2, 3}, l.PIDs())
}
