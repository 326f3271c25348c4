package event

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestEntityString(t *testing.T) {
	for want, e := range map[string]Entity{
		"payment":           {Service: "payment"},
		"shop/payment":      {Namespace: "shop", Service: "payment"},
		"payment-1":         {Namespace: "shop", Service: "payment", Instance: "payment-1"},
		"shop/payment@7f3a": {Namespace: "shop", Service: "payment", Instance: "7f3a"},
		"redis":             {Service: "redis", Instance: "redis"},
	} {
		assert.Equal(t, want, e.String())
	}
	assert.Equal(t, "payment", Target{Entity: Entity{Service: "payment"}}.String())
	assert.Equal(t, "payment (release:v2)", Target{Entity{Service: "payment"}, ReleaseIncarnation("v2")}.String())
}

func TestShortNamesOfUUIDs(t *testing.T) {
	id := "c43d819c-2641-6fa8-f3ee-1e1b5c5c3155"
	assert.Equal(t, "reco@c43d819c", Entity{Service: "reco", Instance: id}.Short())
	assert.Equal(t, "reco@c43d819c (7@8)", Target{Entity{Service: "reco", Instance: id}, "7@8"}.Short())
	for _, other := range []string{"", "reco-1", id + "0", id[:35] + "g", "c43d819c026410-fa8-f3ee-1e1b5c5c3155x"} {
		e := Entity{Service: "reco", Instance: other}
		assert.Equal(t, e.String(), e.Short())
	}
}

func TestEntityCovers(t *testing.T) {
	service := payment.OfService()
	assert.Equal(t, Entity{Namespace: "shop", Service: "payment"}, service)
	assert.True(t, service.Covers(payment))
	assert.True(t, payment.Covers(payment))
	assert.False(t, payment.Covers(service), "an instance is not its service")
	assert.False(t, payment.Covers(Entity{Namespace: "shop", Service: "payment", Instance: "payment-2"}))
	assert.False(t, service.Covers(Entity{Namespace: "test", Service: "payment"}), "another namespace is another service")
}

func TestBandContains(t *testing.T) {
	nan := 0.0
	nan /= nan
	assert.False(t, Band{0, 1}.Contains(nan), "a missing value is never healthy")
	assert.True(t, Band{0, 1}.Contains(1))
	assert.False(t, Band{0, 1}.Contains(1.01))
}

func TestStateEnded(t *testing.T) {
	for _, s := range []State{StateRequested, StateApproved, StateExecuting, StateVerifying} {
		assert.False(t, s.Ended(), s)
	}
	for _, s := range []State{StateSucceeded, StateInconclusive, StateEscalated, StateFailed, StateRefused, StateSuperseded, StateExpired, StateUnknown} {
		assert.True(t, s.Ended(), s)
	}
}

func TestAgentStatusFailed(t *testing.T) {
	for s, want := range map[AgentStatus]bool{
		AgentStarting: false, AgentHealthy: false, AgentStopped: false,
		AgentUnhealthy: true, AgentExited: true, AgentLost: true,
	} {
		assert.Equal(t, want, s.Failed(), s)
	}
}
