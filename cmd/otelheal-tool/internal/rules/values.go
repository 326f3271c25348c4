package rules

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/input"
)

// maxValues bounds a series; a case is for people to read.
const maxValues = 2_000_000

// read fills in the points from a file beside the rules, or from the list.
func (r *rule) read(c *ruleConfig, dir string) error {
	switch s := c.Series.(type) {
	case string:
		if c.Interval != 0 || c.Start != nil {
			return errors.New("`interval` and `start` are for a list of values; a file has times of its own")
		}
		if !filepath.IsAbs(s) {
			s = filepath.Join(dir, s)
		}
		return r.readFile(s)
	case []any:
		return r.readList(c, s)
	}
	return fmt.Errorf("`series` must be a CSV file or a list of values, found %.60v", c.Series)
}

func (r *rule) readFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("`series`: %w", err)
	}
	defer f.Close()
	problems := input.Problems{File: filepath.Base(path)}
	csv := input.NewCSV(f)
	for csv.Next() {
		if csv.Row.Bad != "" {
			problems.Row(&csv.Row)
			continue
		}
		if len(r.points) == maxValues {
			return fmt.Errorf("`series` must have at most %d values, found more in %s", maxValues, path)
		}
		r.points = append(r.points, input.Point{Time: csv.Row.Time, Value: csv.Row.Value})
	}
	if err := csv.Err(); err != nil {
		return fmt.Errorf("`series`: %s: %w", path, err)
	}
	if s := problems.Summary(); s != "" {
		r.notes = append(append(r.notes, s), problems.First...)
	}
	if len(r.points) == 0 {
		return fmt.Errorf("`series` must have values, found none in %s", path)
	}
	return nil
}

// readList makes points of values at an interval. `5 x100` is 5 a hundred times,
// `5 ±2 x100` the same with noise of that deviation, null a gap.
func (r *rule) readList(c *ruleConfig, list []any) error {
	if c.Interval <= 0 {
		return fmt.Errorf("`interval` must be above 0s for a list of values, found %s", c.Interval)
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()
	if c.Start != nil {
		r.points = []input.Point{{}} // `start` has no first value to count from
		t, err := r.moment("start", c.Start)
		if r.points = nil; err != nil {
			return err
		}
		at = t
	}
	noise := rand.New(rand.NewPCG(1, 1))
	for k, v := range list {
		value, spread, times, err := item(v)
		if err != nil {
			return fmt.Errorf("`series::%d`: %w", k, err)
		}
		if len(r.points)+times > maxValues {
			return fmt.Errorf("`series` must have at most %d values, found more", maxValues)
		}
		for range times {
			x := value
			if spread > 0 {
				x += spread * noise.NormFloat64()
			}
			r.points = append(r.points, input.Point{Time: at, Value: x})
			at += int64(c.Interval)
		}
	}
	if len(r.points) == 0 {
		return errors.New("`series` must have values, found none")
	}
	return nil
}

func item(v any) (value, spread float64, times int, err error) {
	switch v := v.(type) {
	case nil:
		return math.NaN(), 0, 1, nil
	case int:
		return float64(v), 0, 1, nil
	case float64:
		return v, 0, 1, nil
	case string:
		times = 1
		bad := fmt.Errorf("must be a number, null, or such as `5 x100` or `5 ±2 x100`, found %.40q", v)
		for k, word := range strings.Fields(v) {
			switch {
			case k == 0:
				var ok bool
				if value, ok = input.Number([]byte(word)); !ok {
					return 0, 0, 0, bad
				}
			case strings.HasPrefix(word, "x"):
				if times, err = strconv.Atoi(word[1:]); err != nil || times < 1 || times > maxValues {
					return 0, 0, 0, bad
				}
			case strings.HasPrefix(word, "±"), strings.HasPrefix(word, "+-"):
				word = strings.TrimPrefix(strings.TrimPrefix(word, "±"), "+-")
				if spread, err = strconv.ParseFloat(word, 64); err != nil || !(spread >= 0) {
					return 0, 0, 0, bad
				}
			default:
				return 0, 0, 0, bad
			}
		}
		if strings.TrimSpace(v) == "" {
			return 0, 0, 0, bad
		}
		return value, spread, times, nil
	}
	return 0, 0, 0, fmt.Errorf("must be a number, null, or such as `5 x100` or `5 ±2 x100`, found %.40v", v)
}
