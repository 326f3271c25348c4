// Package money converts prices. Inside the shop a price is in euro cents; what people see is in their own currency.
package money

import (
	"fmt"
	"sync/atomic"
)

// Places is the number of decimal places that tables are made for.
const Places = 3

// rates are how many units of a currency a euro buys, in thousandths.
var rates = map[string]int64{"EUR": 1000, "USD": 1080, "GBP": 850, "CHF": 960, "JPY": 162000}

// Currencies are those that the shop's customers use.
func Currencies() []string { return []string{"EUR", "USD", "GBP", "CHF", "JPY"} }

// UnknownCurrencyError says that a table has no such currency.
type UnknownCurrencyError struct {
	Currency string
}

func (e *UnknownCurrencyError) Error() string {
	return fmt.Sprintf("currency table has no entry for %q", e.Currency)
}

// Table converts to the currencies that it has.
type Table struct {
	digits map[string]int          // decimal places by currency
	powers atomic.Pointer[[]int64] // powers of ten by number of decimal places
}

// NewTable makes a table with these currencies and their decimal places.
func NewTable(digits map[string]int) *Table {
	t := &Table{digits: digits}
	t.SetPrecision(Places)
	return t
}

// SetPrecision makes the table hold powers of ten up to this number of decimal places.
func (t *Table) SetPrecision(places int) {
	powers := []int64{1}
	for range places {
		powers = append(powers, powers[len(powers)-1]*10)
	}
	t.powers.Store(&powers)
}

// Convert gives the amount in the smallest unit of a currency. It panics if the table lacks the currency: no caller can
// go on without.
func (t *Table) Convert(euroCents int64, currency string) int64 {
	digits, ok := t.digits[currency]
	if !ok {
		panic(&UnknownCurrencyError{Currency: currency})
	}
	return euroCents * rates[currency] * (*t.powers.Load())[digits] / 100_000
}

// Format writes an amount in euro cents as people of a currency read it.
func (t *Table) Format(euroCents int64, currency string) string {
	amount := t.Convert(euroCents, currency)
	digits := t.digits[currency]
	if digits == 0 {
		return fmt.Sprintf("%d %s", amount, currency)
	}
	unit := (*t.powers.Load())[digits]
	return fmt.Sprintf("%d.%0*d %s", amount/unit, digits, amount%unit, currency)
}
