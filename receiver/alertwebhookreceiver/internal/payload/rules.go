package payload

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Rules say what an alert's labels mean. In each list the first label that is
// there counts.
type Rules struct {
	Service, Namespace, Instance, Host []string // label names
	Name, Severity                     []string // label names
	Summary                            []string // annotation names
	Tests                              []string // alert names that are trials
	Services, Namespaces               []string // what the sender may speak of; empty: anything
	// Owner, if set, is put before fingerprints: then no other sender's alert has
	// the same, so that a sender with a scope can't end what is not its own.
	Owner string
}

// maxAhead is how far an alert's start may lie in the future, for clocks differ.
const maxAhead = 5 * time.Minute

// Event makes the event of an alert. The error says why it can't be one.
func (r *Rules) Event(raw *Raw, now time.Time) (event.Alert, error) {
	if raw.Problem != nil {
		return event.Alert{}, raw.Problem
	}
	a := event.Alert{
		Fingerprint: raw.Fingerprint,
		Name:        first(raw.Labels, r.Name),
		Entity: event.Entity{
			Service:   first(raw.Labels, r.Service),
			Namespace: first(raw.Labels, r.Namespace),
			Instance:  first(raw.Labels, r.Instance),
			Host:      first(raw.Labels, r.Host),
		},
		StartsAt: raw.StartsAt,
		Severity: cut(oneLine(first(raw.Labels, r.Severity)), event.MaxName),
		Summary:  raw.Summary,
		Labels:   raw.Labels,
	}
	// OpenTelemetry writes a namespace and a service into Prometheus' job as one.
	if s, ok := r.job(raw); ok && a.Entity.Namespace == "" {
		if namespace, service, both := strings.Cut(s, "/"); both {
			a.Entity.Namespace, a.Entity.Service = namespace, service
		}
	}
	if a.Name == "" {
		a.Name = "alert without a name"
	}
	if a.Summary == "" {
		a.Summary = first(raw.Annotations, r.Summary)
	}
	a.Summary = oneLine(a.Summary)
	if a.Fingerprint == "" {
		if len(raw.Labels) == 0 {
			return a, &Error{raw.Path, "it has neither labels nor a fingerprint, so nothing tells it from others"}
		}
		a.Fingerprint = fingerprint(raw.Labels)
	}
	if r.Owner != "" {
		a.Fingerprint = r.Owner + ":" + a.Fingerprint
	}
	if reason := label(raw.Annotations, stateReason); reason != "" && len(a.Labels) < event.MaxLabels {
		a.Labels = withLabel(a.Labels, event.Label{Key: stateReason, Value: reason})
	}
	if err := setTimes(&a, raw, now); err != nil {
		return a, err
	}
	ignored := r.ignored(&a, raw)
	if a.Entity.Service == "" {
		a.Ignored, a.Entity = ignored, event.Entity{}
	}
	if err := a.Validate(); err != nil { // of the target too where it does not count
		return a, &Error{raw.Path, strings.ReplaceAll(err.Error(), "\n", "; ")}
	}
	if a.Ignored = ignored; ignored != "" {
		a.Entity = event.Entity{}
	}
	return a, nil
}

// setTimes sets status, start and end. An alert that says no start is one that
// starts when it is first heard of: the book knows.
func setTimes(a *event.Alert, raw *Raw, now time.Time) error {
	switch strings.ToLower(raw.Status) {
	case string(event.AlertFiring):
		a.Status = event.AlertFiring
	case string(event.AlertResolved):
		a.Status = event.AlertResolved
	case "": // then the end says it
		a.Status = event.AlertFiring
		if !raw.EndsAt.IsZero() && !raw.EndsAt.After(now) {
			a.Status = event.AlertResolved
		}
	default:
		return &Error{raw.Path + ".status", "want firing or resolved, found another word"}
	}
	if a.StartsAt.After(now.Add(maxAhead)) {
		return &Error{raw.Path, fmt.Sprintf("it starts over %s from now: is the sender's clock or time zone right?", maxAhead)}
	}
	if a.Status == event.AlertResolved {
		if a.EndsAt = raw.EndsAt; a.EndsAt.IsZero() || a.EndsAt.After(now) {
			a.EndsAt = now
		}
	}
	return nil
}

// job is the text of the label job where it names the service.
func (r *Rules) job(raw *Raw) (string, bool) {
	for _, key := range r.Service {
		if v := label(raw.Labels, key); v != "" {
			return v, key == "job"
		}
	}
	return "", false
}

// first is the value of the first of the labels that is there.
func first(list []event.Label, keys []string) string {
	for _, key := range keys {
		if v := label(list, key); v != "" {
			return v
		}
	}
	return ""
}

// withLabel is the list with one more, in its place.
func withLabel(list []event.Label, l event.Label) []event.Label {
	k, there := slices.BinarySearchFunc(list, l, func(a, b event.Label) int { return strings.Compare(a.Key, b.Key) })
	if there {
		return list
	}
	return slices.Insert(slices.Clone(list), k, l)
}

// oneLine puts a space for what would not print.
func oneLine(s string) string {
	return strings.Map(func(c rune) rune {
		if c < 0x20 || c == 0x7f {
			return ' '
		}
		return c
	}, s)
}

// fingerprint of labels in order, as Alertmanager makes it: senders that leave
// it out agree with those that do not.
func fingerprint(labels []event.Label) string {
	h := fnv.New64a()
	for _, l := range labels {
		h.Write([]byte(l.Key))
		h.Write([]byte{0xff})
		h.Write([]byte(l.Value))
		h.Write([]byte{0xff})
	}
	return fmt.Sprintf("%016x", h.Sum64())
}
