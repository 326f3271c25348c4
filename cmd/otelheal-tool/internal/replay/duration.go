package replay

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// duration is a flag that takes days and weeks as Prometheus does: 7d, 1w, 1h30m.
type duration time.Duration

// String writes it as it is read.
func (d *duration) String() string {
	v := time.Duration(*d)
	const day = 24 * time.Hour
	if v > 0 && v%day == 0 {
		return strconv.Itoa(int(v/day)) + "d"
	}
	return v.String()
}

// Type names the type in the help.
func (d *duration) Type() string { return "duration" }

// Set reads days and weeks, and whatever Go reads after them.
func (d *duration) Set(text string) error {
	var total time.Duration
	rest := text
	for _, u := range []struct {
		name string
		size time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}} {
		head, tail, ok := strings.Cut(rest, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(head, 10, 16)
		if err != nil || n > 5000 {
			return fmt.Errorf("must be a duration such as 7d, 1w or 1h30m, found %.40q", text)
		}
		total, rest = total+time.Duration(n)*u.size, tail
	}
	if rest != "" {
		more, err := time.ParseDuration(rest)
		if err != nil {
			return fmt.Errorf("must be a duration such as 7d, 1w or 1h30m, found %.40q", text)
		}
		total += more
	}
	if text == "" {
		return fmt.Errorf("must be a duration such as 7d, found nothing")
	}
	*d = duration(total)
	return nil
}
