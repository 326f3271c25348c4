package healing

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGlob(t *testing.T) {
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"", "", true},
		{"", "a", false},
		{"*", "", true},
		{"*", "shop/payment", true},
		{"?", "", false},
		{"?", "é", true},
		{"pay*", "payment", true},
		{"*ment", "payment", true},
		{"p*t", "payment", true},
		{"p*m*t", "payment", true},
		{"p*x*t", "payment", false},
		{"payment", "payment-1", false},
		{"payment-?", "payment-1", true},
		{"payment-?", "payment-10", false},
		{"a*b", "axbxb", true},
		{"[ab]", "a", false},
		{"[ab]", "[ab]", true},
		{"a.c", "abc", false},
		{"Payment", "payment", false},
	} {
		assert.Equal(t, tt.want, glob(tt.pattern, tt.name), "%q on %q", tt.pattern, tt.name)
	}
}

// FuzzGlob compares with a regular expression of the same meaning.
func FuzzGlob(f *testing.F) {
	f.Add("pay*", "payment")
	f.Add("*a*b?", "xxaybz")
	f.Add(strings.Repeat("*a", 20), strings.Repeat("a", 60)+"b")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		if len(pattern) > 200 || len(name) > 200 {
			t.Skip()
		}
		pattern, name = strings.ToValidUTF8(pattern, "_"), strings.ToValidUTF8(name, "_")
		expr := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(pattern))
		want := regexp.MustCompile(`(?s)\A` + expr + `\z`).MatchString(name)
		assert.Equal(t, want, glob(pattern, name), "%q on %q", pattern, name)
	})
}
