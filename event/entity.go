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
	if t.Incarnation == "" {
		return t.Entity.String()
	}
	return t.Entity.String() + " (" + string(t.Incarnation) + ")"
}
