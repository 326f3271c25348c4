// Package alertwebhookreceiver takes the alerts that other monitoring systems
// post, and brings them into the pipelines as signed events.
//
//	Alertmanager ─┐         gate     payload     book      pipelines
//	Grafana ──────┼─POST─▶ (room) ─▶ (parse) ─▶ (known?) ─▶ (took it) ─▶ 200
//	others ───────┘                                            └ not now ─▶ 503
//
// The answer is the contract. A sender such as Alertmanager repeats what got a
// 5xx within seconds, and gives up what got a 4xx until it has something new to
// say. So whatever can work later is answered 503, what never can 4xx, and 200
// is said only after the pipelines took the alerts. What a 200 covers has been
// passed on or is counted with the reason why not.
//
// internal/payload reads bodies and makes events of them, internal/book knows
// what was passed on. Both decide and do nothing else; this package is HTTP,
// storage and telemetry around them.
package alertwebhookreceiver

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
