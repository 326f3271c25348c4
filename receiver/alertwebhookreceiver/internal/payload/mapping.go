package payload

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/otelheal/otelheal/event"
)

// Mapping says where a sender's body has what an alert needs.
type Mapping struct {
	Alerts      Path // to the list; empty: the body is one alert, or a list of them
	Status      Path
	Firing      []string // texts at Status that mean it fires; empty: all that are not in Resolved
	Resolved    []string
	Fingerprint Path
	StartsAt    Path
	EndsAt      Path
	Summary     Path
	LabelsFrom  Path // to an object whose members become labels
	Labels      []LabelPath
}

// LabelPath is a label and where its value stands.
type LabelPath struct {
	Label string
	Path  Path
}

// Path leads through objects by keys, and through lists by numbers.
type Path []string

// ParsePath reads keys that dots separate; \. is a dot within a key.
func ParsePath(s string) (Path, error) {
	if s == "" {
		return nil, nil
	}
	var p Path
	var key strings.Builder
	for k := 0; k < len(s); k++ {
		switch {
		case s[k] == '\\' && k+1 < len(s):
			k++
			key.WriteByte(s[k])
		case s[k] == '.':
			p = append(p, key.String())
			key.Reset()
		default:
			key.WriteByte(s[k])
		}
	}
	p = append(p, key.String())
	if slices.Contains(p, "") {
		return nil, errors.New(`has an empty step: write keys with dots between them, and \. for a dot within a key`)
	}
	return p, nil
}

func (m *Mapping) parse(body []byte, lim Limits) (Batch, error) {
	b := Batch{Format: FormatMapped}
	r := newReader(body, lim.Depth)
	found, err := r.find(m.Alerts)
	if err != nil {
		return b, err
	}
	if !found {
		return b, &Error{"$", fmt.Sprintf("there is nothing at %s, where `mapping::alerts` expects the alerts", strings.Join(m.Alerts, "."))}
	}
	read := func(a *Raw) error { return m.alert(r, a) }
	if r.next() == kindArray {
		b.Alerts, err = r.alerts(lim, read)
		return b, err
	}
	b.Alerts = []Raw{{Path: r.where()}}
	b.Alerts[0].Problem = read(&b.Alerts[0])
	return b, nil
}

// alert reads one alert: each path is looked up from its start. That costs the
// size of the alert for every path, and no memory.
func (m *Mapping) alert(r *reader, a *Raw) error {
	if k := r.next(); k != kindObject {
		return r.fail("want %s, found %s", kindObject, k)
	}
	end := 0
	here := *r
	if err := here.skip(); err != nil {
		return err
	}
	end = here.pos
	at := func(p Path, read func(*reader) error) error {
		if p == nil {
			return nil
		}
		look := *r
		look.path = slices.Clone(r.path)
		if found, err := look.find(p); err != nil || !found {
			return err
		}
		return read(&look)
	}
	text := func(s *string) func(*reader) error {
		return func(l *reader) (err error) {
			*s, err = l.text()
			return err
		}
	}
	var status string
	err := errors.Join(
		at(m.Status, text(&status)),
		at(m.Fingerprint, text(&a.Fingerprint)),
		at(m.Summary, text(&a.Summary)),
		at(m.StartsAt, func(l *reader) (err error) { a.StartsAt, err = l.time(); return err }),
		at(m.EndsAt, func(l *reader) (err error) { a.EndsAt, err = l.time(); return err }),
	)
	var given []event.Label
	for _, lp := range m.Labels {
		l := event.Label{Key: lp.Label}
		err = errors.Join(err, at(lp.Path, text(&l.Value)))
		if l.Value != "" {
			given = append(given, l)
		}
	}
	if err != nil {
		return err
	}
	err = at(m.LabelsFrom, func(l *reader) (err error) { a.Labels, err = l.labels(nil); return err })
	if err != nil {
		return err
	}
	a.Labels = slices.DeleteFunc(a.Labels, func(l event.Label) bool { return label(given, l.Key) != "" })
	if a.Labels = append(a.Labels, given...); len(a.Labels) > event.MaxLabels {
		return r.fail("over %d labels", event.MaxLabels)
	}
	slices.SortFunc(a.Labels, func(x, y event.Label) int { return strings.Compare(x.Key, y.Key) })
	if a.Status, err = m.status(r, status); err != nil {
		return err
	}
	r.pos = end
	return nil
}

// status translates the sender's word.
func (m *Mapping) status(r *reader, s string) (string, error) {
	same := func(w string) bool { return strings.EqualFold(w, s) }
	switch {
	case m.Status == nil:
		return "", nil
	case slices.ContainsFunc(m.Resolved, same):
		return string(event.AlertResolved), nil
	case slices.ContainsFunc(m.Firing, same), len(m.Firing) == 0 && s != "":
		return string(event.AlertFiring), nil
	}
	return "", r.fail("the status at %s is none that `mapping::firing` or `mapping::resolved` lists", strings.Join(m.Status, "."))
}

// find goes to the value at the path, if there is one. The reader has to be
// thrown away if there is none.
func (r *reader) find(p Path) (bool, error) {
	if len(p) == 0 {
		return true, nil
	}
	found := false
	at := errors.New("found")
	var err error
	switch r.next() {
	case kindObject:
		err = r.object(func(key []byte) error {
			if string(key) != p[0] {
				return r.skip()
			}
			var err error
			if found, err = r.find(p[1:]); err != nil {
				return err
			}
			return at
		})
	case kindArray:
		want, bad := strconv.Atoi(p[0])
		if bad != nil {
			return false, nil
		}
		k := -1
		err = r.array(func() error {
			if k++; k != want {
				return r.skip()
			}
			var err error
			if found, err = r.find(p[1:]); err != nil {
				return err
			}
			return at
		})
	}
	if err != nil && err != at {
		return false, err
	}
	return found, nil
}
