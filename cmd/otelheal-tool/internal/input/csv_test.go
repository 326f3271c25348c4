package input

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func readAll(t *testing.T, text string) (rows []Row, c *CSV) {
	t.Helper()
	c = NewCSV(strings.NewReader(text))
	for c.Next() {
		r := c.Row
		r.TimeText, r.ValueText = []byte(string(r.TimeText)), []byte(string(r.ValueText))
		rows = append(rows, r)
	}
	return rows, c
}

func TestCSV(t *testing.T) {
	t.Parallel()
	rows, c := readAll(t, "\ufeffTimestamp,Value,unit\r\n"+
		"2014-02-14 14:30:00,1.5,s\r\n"+
		" 1392388260 , \"2\" \n"+
		"1392388320,\n"+
		"1392388380,NaN\n"+
		"1392388440,null\n"+
		"yesterday,3\n"+
		"1392388500,many\n"+
		"\n"+
		"1392388560\n"+
		"1392388620,-4e-3")
	require.NoError(t, c.Err())
	assert.True(t, c.Extra)
	require.Len(t, rows, 10)
	for k, want := range []float64{1.5, 2} {
		assert.Empty(t, rows[k].Bad)
		assert.Equal(t, want, rows[k].Value)
		assert.Equal(t, int64(1392388200+60*k)*second, rows[k].Time)
		assert.Equal(t, k+2, rows[k].Line)
	}
	for k := 2; k < 5; k++ {
		assert.Empty(t, rows[k].Bad)
		assert.True(t, math.IsNaN(rows[k].Value), "no value is not zero")
	}
	assert.Contains(t, rows[5].Bad, "timestamp")
	assert.Contains(t, rows[6].Bad, "value")
	assert.Contains(t, rows[7].Bad, "blank")
	assert.Contains(t, rows[8].Bad, "comma")
	assert.Equal(t, 11, rows[9].Line)
	assert.Equal(t, -0.004, rows[9].Value)
	assert.Equal(t, "yesterday", string(rows[5].TimeText))
}

func TestCSVHeader(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"timestamp,value\n1,2\n": 1,
		"1,2\n3,4\n":             2,
		"time,cpu0\n1,2\n":       1,
		"1,broken\n3,4\n":        2, // a bad row is not taken for names
		"broken,1\n3,4\n":        2,
	} {
		rows, _ := readAll(t, text)
		assert.Len(t, rows, want, text)
	}
}

func TestCSVWithAnEndlessLine(t *testing.T) {
	t.Parallel()
	_, c := readAll(t, "1,2\n"+strings.Repeat("x", maxLine+1))
	assert.ErrorContains(t, c.Err(), "line 2 is longer than")
}

func FuzzCSV(f *testing.F) {
	f.Add("timestamp,value\n2014-02-14 14:30:00,1\n1392388200,\"2\",x\n,\n\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		c := NewCSV(strings.NewReader(text))
		n := 0
		for c.Next() {
			n++
			if c.Row.Bad != "" {
				require.True(t, math.IsNaN(c.Row.Value) || c.Row.Value == 0)
			}
		}
		require.LessOrEqual(t, n, strings.Count(text, "\n")+1)
	})
}

func BenchmarkCSV(b *testing.B) {
	row := "2014-02-14 14:30:00,51.846000000000004\n"
	text := strings.Repeat(row, 100_000)
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		c := NewCSV(strings.NewReader(text))
		for c.Next() {
		}
	}
}
