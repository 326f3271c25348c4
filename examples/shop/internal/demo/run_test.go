package demo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/events"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/judge"
)

func TestMostTelling(t *testing.T) {
	paged := &judge.Finding{Incident: events.Incident{ID: "p", Chain: []string{"a", "b", "c", "d"}}}
	short := &judge.Finding{Incident: events.Incident{ID: "s", Chain: []string{"a"}}, Verified: time.Unix(1, 0)}
	long := &judge.Finding{Incident: events.Incident{ID: "l", Chain: []string{"a", "b"}}, Verified: time.Unix(1, 0)}
	wrong := &judge.Finding{Incident: events.Incident{ID: "w", Chain: []string{"a", "b", "c"}}, Verified: time.Unix(1, 0), Breaches: []string{"x"}}
	assert.Equal(t, 2, mostTelling([]*judge.Finding{paged, short, long, wrong, long}))
	assert.Equal(t, 0, mostTelling([]*judge.Finding{paged, {}}))
	assert.Equal(t, -1, mostTelling([]*judge.Finding{{}}))
}
