package money

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFormat(t *testing.T) {
	t.Parallel()
	table := NewTable(map[string]int{"EUR": 2, "USD": 2, "JPY": 0})
	for _, c := range []struct {
		cents    int64
		currency string
		want     string
	}{
		{1250, "EUR", "12.50 EUR"},
		{1205, "EUR", "12.05 EUR"},
		{1000, "USD", "10.80 USD"},
		{1000, "JPY", "1620 JPY"},
		{0, "EUR", "0.00 EUR"},
	} {
		assert.Equal(t, c.want, table.Format(c.cents, c.currency))
	}
}

func TestATableThatLacksSomethingPanics(t *testing.T) {
	t.Parallel()
	table := NewTable(map[string]int{"EUR": 2, "JPY": 0})
	assert.PanicsWithError(t, `currency table has no entry for "USD"`, func() { table.Convert(1, "USD") })
	table.SetPrecision(0)
	assert.Panics(t, func() { table.Convert(1, "EUR") })
	assert.Equal(t, "1620 JPY", table.Format(1000, "JPY"), "no decimal places are needed here")
	table.SetPrecision(Places)
	assert.NotPanics(t, func() { table.Convert(1, "EUR") })
}
