package payload

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Limits bound a body, beside its size.
type Limits struct {
	Depth  int // of nesting
	Alerts int
}

// Format is whose body it is.
type Format string

const (
	FormatAlertmanager Format = "alertmanager"
	FormatGrafana      Format = "grafana"
	FormatMapped       Format = "mapped"
)

// Batch is one body.
type Batch struct {
	Format    Format
	Alerts    []Raw
	Truncated int // alerts that the sender left out
}

// Raw is an alert as its sender describes it.
type Raw struct {
	Path        string // of the alert in its body
	Status      string
	Fingerprint string
	StartsAt    time.Time // zero: not said
	EndsAt      time.Time // zero: not said, or none yet
	Summary     string    // if the mapping names one
	Labels      []event.Label
	Annotations []event.Label
	Problem     error // why it can't be used; the rest is not complete then
}

// label is the value of a label, or empty.
func label(list []event.Label, key string) string {
	for k := range list {
		if list[k].Key == key {
			return list[k].Value
		}
	}
	return ""
}

// ErrTooMany is wrapped by the error about a body with too many alerts.
var ErrTooMany = errors.New("too many alerts")

// Parse reads a body: that of Alertmanager or Grafana, or any with a mapping.
func Parse(body []byte, lim Limits, m *Mapping) (Batch, error) {
	check := newReader(body, lim.Depth)
	if err := check.skip(); err != nil {
		return Batch{}, err
	}
	if check.next() != kindNone {
		return Batch{}, check.fail("something follows after the value, at byte %d", check.pos)
	}
	if m != nil {
		return m.parse(body, lim)
	}
	b := Batch{Format: FormatAlertmanager}
	seen := false
	r := newReader(body, lim.Depth)
	err := r.object(func(key []byte) error {
		switch string(key) {
		case "alerts":
			seen = true
			var err error
			b.Alerts, err = r.alerts(lim, r.alert)
			return err
		case "truncatedAlerts":
			s, err := r.text()
			b.Truncated = count(s)
			return err
		case "orgId":
			b.Format = FormatGrafana
		}
		return r.skip()
	})
	if err == nil && !seen {
		err = &Error{"$", "it has no list `alerts`: it is no webhook of Alertmanager or Grafana; for another sender's body, configure `mapping`"}
	}
	return b, err
}

// alerts reads a list of alerts. What is wrong with one stays with it.
func (r *reader) alerts(lim Limits, read func(*Raw) error) ([]Raw, error) {
	if r.next() == kindWord { // null, as some write an empty list
		return nil, r.skip()
	}
	var list []Raw
	err := r.array(func() error {
		if len(list) >= lim.Alerts {
			return &tooMany{r.fail("over %d alerts: set a limit at the sender, or raise `max_alerts_per_request`", lim.Alerts)}
		}
		list = append(list, Raw{Path: r.where()})
		a := &list[len(list)-1]
		start, depth, way := r.pos, r.depth, len(r.path)
		if a.Problem = read(a); a.Problem != nil {
			r.pos, r.depth, r.path = start, depth, r.path[:way]
			return r.skip()
		}
		return nil
	})
	return list, err
}

type tooMany struct{ error }

func (*tooMany) Is(target error) bool { return target == ErrTooMany }

// alert reads an alert of Alertmanager or Grafana.
func (r *reader) alert(a *Raw) error {
	return r.object(func(key []byte) (err error) {
		switch string(key) {
		case "status":
			a.Status, err = r.text()
		case "fingerprint":
			a.Fingerprint, err = r.text()
		case "startsAt":
			a.StartsAt, err = r.time()
		case "endsAt":
			a.EndsAt, err = r.time()
		case "labels":
			a.Labels, err = r.labels(nil)
		case "annotations":
			a.Annotations, err = r.labels(nil)
		default:
			err = r.skip()
		}
		return err
	})
}

// labels adds the members of an object to a list; null is an empty one.
func (r *reader) labels(list []event.Label) ([]event.Label, error) {
	if r.next() == kindWord {
		return list, r.skip()
	}
	err := r.object(func(key []byte) error {
		if len(list) >= event.MaxLabels {
			return r.fail("over %d of them", event.MaxLabels)
		}
		start := r.path[len(r.path)-1].start
		k, err := r.decode(start, start+len(key))
		if err != nil {
			return err
		}
		if len(k) > event.MaxName {
			return r.fail("a name of over %d bytes", event.MaxName)
		}
		v, err := r.text()
		list = append(list, event.Label{Key: k, Value: v})
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b event.Label) int { return strings.Compare(a.Key, b.Key) })
	for k := 1; k < len(list); k++ {
		if list[k].Key == list[k-1].Key {
			return nil, r.fail("one of them is there twice")
		}
	}
	return list, nil
}
