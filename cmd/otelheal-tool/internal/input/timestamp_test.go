package input

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTimestamps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want string // RFC 3339; empty: refused
	}{
		{"2014-02-14 14:30:00", "2014-02-14T14:30:00Z"},
		{"2014-02-14 14:30:00.000000", "2014-02-14T14:30:00Z"},
		{"2014-02-14 14:30:00.25", "2014-02-14T14:30:00.25Z"},
		{"2014-02-14 14:30", "2014-02-14T14:30:00Z"},
		{"2014-02-14T14:30:00Z", "2014-02-14T14:30:00Z"},
		{"2014-02-14T14:30:00.123456789012+02:00", "2014-02-14T12:30:00.123456789Z"},
		{"2014-02-14T14:30:00-05:30", "2014-02-14T20:00:00Z"},
		{"2000-02-29 23:59:59", "2000-02-29T23:59:59Z"},
		{"1999-12-31 23:59:60", "2000-01-01T00:00:00Z"},
		{"1392388200", "2014-02-14T14:30:00Z"},
		{"1392388200.5", "2014-02-14T14:30:00.5Z"},
		{"1392388200500", "2014-02-14T14:30:00.5Z"},
		{"1392388200500000", "2014-02-14T14:30:00.5Z"},
		{"1392388200500000000", "2014-02-14T14:30:00.5Z"},
		{"2100-02-29 00:00:00", ""},
		{"2014-13-01 00:00:00", ""},
		{"2014-02-14 24:00:00", ""},
		{"2014-02-14 14:60:00", ""},
		{"2014-02-14 14:30:00+2", ""},
		{"2014-02-14 14:30:00.", ""},
		{"2014-02-14x14:30:00", ""},
		{"14.02.2014 14:30", ""},
		{"99999999999999999999", ""},
		{"9223372036854775807", ""},
		{"99999999999999", ""},
		{"99999999999", ""},
		{"-86400", "1969-12-31T00:00:00Z"},
		{"12a", ""},
		{"", ""},
		{"-", ""},
	} {
		var p Timestamps
		got, ok := p.Parse([]byte(c.text))
		if c.want == "" {
			assert.False(t, ok, c.text)
			continue
		}
		want, err := time.Parse(time.RFC3339Nano, c.want)
		require.NoError(t, err)
		assert.True(t, ok, c.text)
		assert.Equal(t, want.UnixNano(), got, c.text)
	}
}

// TestTimestampsAgree compares with the standard library over 500 years, with one
// parser, as its memory of the last date must not matter.
func TestTimestampsAgree(t *testing.T) {
	t.Parallel()
	var p Timestamps
	end := time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC); at.Before(end); at = at.Add(7*time.Hour + 13*time.Second) {
		got, ok := p.Parse([]byte(at.Format(time.DateTime)))
		require.True(t, ok, at)
		require.Equal(t, at.Unix(), got/second, at)
	}
}

func FuzzTimestamps(f *testing.F) {
	f.Add("2014-02-14T14:30:00.5+02:00")
	f.Add("1392388200.5")
	f.Fuzz(func(t *testing.T, s string) {
		var p, q Timestamps
		a, okA := p.Parse([]byte(s))
		b, okB := q.Parse([]byte(s))
		require.Equal(t, okA, okB)
		require.Equal(t, a, b)
		if want, err := time.Parse(time.RFC3339, s); err == nil && okA && want.Year() > 1700 && want.Year() < 2200 {
			require.Equal(t, want.UnixNano(), a)
		}
	})
}
