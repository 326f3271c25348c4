package input

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const data = `{"resultType":"matrix","result":[
	{"metric":{"__name__":"up","job":"a\"b","instance":"x:1"},"values":[[1392388200,"1"],[1392388215.781,"NaN"],[1.39238823e9,"+Inf"]]},
	{"metric":{},"values":[[1392388200,"2"]],"histograms":[[1392388200,{"count":"1"}]]}]}`

func TestReadAnswer(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"answer": `{"status":"success","data":` + data + `,"warnings":["slow"]}`,
		"data":   data,
	} {
		a, err := ReadAnswer(strings.NewReader(text))
		require.NoError(t, err, name)
		require.Len(t, a.Series, 2)
		assert.Equal(t, `up{instance="x:1", job="a\"b"}`, a.Series[0].Name())
		assert.Equal(t, `{}`, a.Series[1].Name())
		p := a.Series[0].Points
		require.Len(t, p, 3)
		assert.Equal(t, Point{1392388200 * second, 1}, p[0])
		assert.Equal(t, int64(1392388215_781e6), p[1].Time)
		assert.True(t, math.IsNaN(p[1].Value))
		assert.Equal(t, int64(1392388230)*second, p[2].Time)
		assert.True(t, math.IsInf(p[2].Value, 1))
		assert.Equal(t, 1, a.Series[1].Histograms)
	}
}

func TestReadAnswerRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"status":"error","errorType":"bad_data","error":"parse\u001b[2J error"}`: "bad_data: parse·[2J error",
		`{"status":"success","data":{"resultType":"vector","result":[]}}`:          "must be matrix",
		`{"resultType":"matrix","result":[{"metric":{},"values":[[1]]}]}`:          "a point must be",
		`{"resultType":"matrix","result":[{"metric":{},"values":[["x","1"]]}]}`:    "Unix seconds",
		`{"resultType":"matrix","result":[{"metric":{},"values":[[1,"x"]]}]}`:      "must be a number",
		`[1,2]`: "read JSON",
		`{`:     "read JSON",
		`{}`:    "must be matrix",
	} {
		_, err := ReadAnswer(strings.NewReader(text))
		assert.ErrorContains(t, err, want, text)
	}
}

func FuzzReadAnswer(f *testing.F) {
	f.Add(`{"status":"success","data":` + data + `}`)
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ReadAnswer(strings.NewReader(text))
		require.True(t, (a == nil) == (err != nil))
	})
}

func TestPrintable(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "a·b·…", Printable("a\x1bb\ncd", 4))
	assert.Equal(t, "größer", Printable("größer", 6))
}
