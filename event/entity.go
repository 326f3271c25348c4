package event

import "strings"

// Entity is something that can be at fault: a service, or one instance of it.
// The fields are OpenTelemetry resource attributes of the same meaning.
type Entity struct {
	Namespace string `json:"namespace,omitempty"` // service.namespace
	Service   string `json:"service"`             // service.name
	Instance  string `json:"instance,omitempty"`  // service.instance.id; empty: the service as a whole
	Host      string `json:"host,omitempty"`      // host.name
}

// String is the entity for people: namespace/service, with the instance behind
// it if the name of the service does not already begin it.
func (e Entity) String() string {
	name := e.Service
	if e.Namespace != "" {
		name = e.Namespace + "/" + name
	}
	switch {
	case e.Instance == "" || e.Instance == e.Service:
		return name
	case strings.HasPrefix(e.Instance, e.Service):
		return e.Instance
	default:
		return name + "@" + e.Instance
	}
}

// Short is String for people: of an instance whose name is a UUID, the first eight
// characters will do.
func (e Entity) Short() string {
	if isUUID(e.Instance) {
		e.Instance = e.Instance[:8]
	}
	return e.String()
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen != (s[i] == '-') || !hyphen && !strings.ContainsRune("0123456789abcdefABCDEF", rune(s[i])) {
			return false
		}
	}
	return true
}

// OfService is the entity without its instance and host.
func (e Entity) OfService() Entity { return Entity{Namespace: e.Namespace, Service: e.Service} }

// SameService tells whether both belong to one service.
func (e Entity) SameService(o Entity) bool { return e.OfService() == o.OfService() }

// Covers tells whether o is e itself or an instance of the service e.
func (e Entity) Covers(o Entity) bool {
	return e.SameService(o) && (e.Instance == "" || e.Instance == o.Instance)
}

// Incarnation is one life of an instance: "pid@start" of a process, a pod's
// UID, or "release:" and a revision where a release is what gets repaired. It
// is opaque and compared byte for byte; the platform's executor makes and reads
// it. Empty means unknown, and what is unknown is never acted on.
type Incarnation string

// ReleaseIncarnation names a release as the thing to be acted on.
func ReleaseIncarnation(release string) Incarnation { return Incarnation("release:" + release) }

// Target is what an action is aimed at, as it was seen.
type Target struct {
	Entity      Entity      `json:"entity"`
	Incarnation Incarnation `json:"incarnation,omitempty"`
}

// String is the target for people and for logs.
func (t Target) String() string {
	return t.named(t.Entity.String())
}

// Short is String for people.
func (t Target) Short() string { return t.named(t.Entity.Short()) }

func (t Target) named(name string) string {
	if t.Incarnation == "" {
		return name
	}
	return name + " (" + string(t.Incarnation) + ")"
}
