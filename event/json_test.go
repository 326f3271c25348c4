package event

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDurationJSON(t *testing.T) {
	b, err := json.Marshal(Duration(90 * time.Second))
	require.NoError(t, err)
	assert.Equal(t, `"1m30s"`, string(b))
	var d Duration
	require.NoError(t, json.Unmarshal(b, &d))
	assert.Equal(t, 90*time.Second, time.Duration(d))
	for _, bad := range []string{`20`, `"20"`, `"soon"`, `{}`, `true`} {
		assert.Error(t, json.Unmarshal([]byte(bad), &d), bad)
	}
}

func TestActionJSON(t *testing.T) {
	a := goodAction()
	a.Steps[0].Params = map[string]string{"level": "1"}
	b, err := json.Marshal(a)
	require.NoError(t, err)
	var back Action
	require.NoError(t, json.Unmarshal(b, &back))
	assert.Equal(t, *a, back)
}

// FuzzActionJSON feeds the parser that every backend has: no panic, and what
// passes as valid comes out of another round the same.
func FuzzActionJSON(f *testing.F) {
	good, err := json.Marshal(goodAction())
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"steps":[{"timeout":"1h","params":{"a":"b"}}],"incident":{"confidence":1e308}}`))
	f.Add([]byte(`{"expires":"9999-12-31T23:59:59Z","mode":"act"}`))
	f.Add([]byte(`{"steps":[{"timeout":-1}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var a Action
		if json.Unmarshal(data, &a) != nil || a.Validate() != nil {
			return
		}
		assert.LessOrEqual(t, len(a.Steps), MaxSteps)
		assert.LessOrEqual(t, len(a.Incident.Symptoms), MaxSymptoms)
		first, err := json.Marshal(&a)
		require.NoError(t, err)
		var again Action
		require.NoError(t, json.Unmarshal(first, &again))
		require.NoError(t, again.Validate())
		second, err := json.Marshal(&again)
		require.NoError(t, err)
		assert.Equal(t, string(first), string(second))
	})
}
