package report

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSpark(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values []float64
		width  int
		want   string
	}{
		{"nothing", nil, 10, ""},
		{"no room", []float64{1}, 0, ""},
		{"a fall and a recovery", []float64{1, 1, 0.5, 0, 0, 1}, 10, "██▄▁▁█"},
		{"the smallest loss shows", []float64{1, 0.999}, 10, "█▇"},
		{"the lowest of several shows", []float64{1, 1, 1, 0, 1, 1}, 3, "█▁█"},
		{"out of range", []float64{-1, 7}, 10, "▁█"},
	} {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, Spark(tt.values, tt.width)) })
	}
}
