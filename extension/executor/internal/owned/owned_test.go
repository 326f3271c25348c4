package owned

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/event"
)

func TestCoversAndUnits(t *testing.T) {
	whole := TargetConfig{Namespace: "shop", Service: "pay"}
	one := TargetConfig{Namespace: "shop", Service: "cart", Instance: "cart-1"}
	all := []TargetConfig{whole, one}
	for _, c := range []struct {
		entity event.Entity
		want   bool
	}{
		{event.Entity{Namespace: "shop", Service: "pay"}, true},
		{event.Entity{Namespace: "shop", Service: "pay", Instance: "pay-1"}, true},
		{event.Entity{Service: "pay"}, false},
		{event.Entity{Namespace: "shop", Service: "cart", Instance: "cart-1"}, true},
		{event.Entity{Namespace: "shop", Service: "cart", Instance: "cart-2"}, false},
		{event.Entity{Namespace: "shop", Service: "cart"}, false},
	} {
		assert.Equal(t, c.want, Covers(all, c.entity), "%+v", c.entity)
	}
	assert.False(t, Covers(nil, event.Entity{Service: "pay"}), "an empty list owns nothing")
	units := Units("x/y", all, []TargetConfig{whole})
	assert.Len(t, units, 2)
	assert.Empty(t, units[0].Target.Incarnation)
	assert.Error(t, (&TargetConfig{Instance: "pay-1"}).Validate())
}
