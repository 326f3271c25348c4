package replay

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
)

// fakeSeries is a series of the fake server: its value at a time in Unix seconds.
type fakeSeries struct {
	labels map[string]string
	value  func(t int64) (float64, bool)
}

// fakeServer answers /api/v1/query_range as Prometheus documents it, with its
// limits.
type fakeServer struct {
	*httptest.Server
	mu       sync.Mutex // guards the fields below
	requests []string   // points asked for
	headers  http.Header

	series     []fakeSeries
	maxSamples int // of all series in one answer; 0: no limit
}

func newFakeServer(t *testing.T, series ...fakeSeries) *fakeServer {
	f := &fakeServer{series: series}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fakeServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/prom/api/v1/query_range" {
		http.NotFound(w, r)
		return
	}
	start, end, step := seconds(r, "start"), seconds(r, "end"), seconds(r, "step")
	points := int((end-start)/step) + 1
	f.mu.Lock()
	f.requests = append(f.requests, fmt.Sprint(points))
	f.headers = r.Header
	f.mu.Unlock()
	switch {
	case r.FormValue("query") == "bad(":
		refuse(w, http.StatusBadRequest, "bad_data", "1:4: parse error: unclosed left parenthesis")
	case (end-start)/step > 11000:
		refuse(w, http.StatusBadRequest, "bad_data", "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)")
	case f.maxSamples > 0 && points*len(f.series) > f.maxSamples:
		refuse(w, http.StatusUnprocessableEntity, "execution", "query processing would load too many samples into memory in query execution")
	default:
		f.answer(w, start, end, step)
	}
}

func (f *fakeServer) answer(w http.ResponseWriter, start, end, step float64) {
	type series struct {
		Metric map[string]string `json:"metric"`
		Values [][2]any          `json:"values"`
	}
	result := []series{}
	for _, s := range f.series {
		out := series{Metric: s.labels}
		for k := 0; start+float64(k)*step <= end; k++ {
			at := start + float64(k)*step
			if v, ok := s.value(int64(at)); ok {
				out.Values = append(out.Values, [2]any{at, strconv.FormatFloat(v, 'f', -1, 64)})
			}
		}
		if len(out.Values) > 0 {
			result = append(result, out)
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"resultType": "matrix", "result": result}})
}

func refuse(w http.ResponseWriter, code int, kind, text string) {
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": "error", "errorType": kind, "error": text})
}

func seconds(r *http.Request, key string) float64 {
	x, err := strconv.ParseFloat(r.FormValue(key), 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

// noisy is noise around a mean, the same whenever it is asked for.
func noisy(mean, sd float64) func(int64) (float64, bool) {
	return func(t int64) (float64, bool) {
		return mean + sd*rand.New(rand.NewPCG(uint64(t), 1)).NormFloat64(), true
	}
}

// outage is 0 from one time to another.
func outage(value func(int64) (float64, bool), from, to int64) func(int64) (float64, bool) {
	return func(t int64) (float64, bool) {
		if t >= from && t < to {
			return 0, true
		}
		return value(t)
	}
}

func TestFakeKnowsTheLimit(t *testing.T) {
	t.Parallel()
	f := newFakeServer(t, fakeSeries{map[string]string{}, noisy(1, 0)})
	resp, err := http.Get(f.URL + "/prom/api/v1/query_range?query=x&start=0&end=11001&step=1")
	assert.NoError(t, err)
	assert.Equal(t, http.StatusBadRequest, resp.StatusCode)
	resp.Body.Close()
}
