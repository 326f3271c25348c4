// Package rca finds the root cause of an incident in traces, logs, anomalies,
// alerts, agent states and changes.
//
//	AddSpan, AddLog, AddAnomaly, …        Tick(now) ──▶ incidents to emit
//	        │                                ▲
//	        ▼                                │
//	traces (seconds) ─▶ origins ─▶ series (minutes) ─▶ symptoms ─▶ ranking
//	traces, lines, gauges ─▶ profile (hours) ────────────────────────▲
//
// An [Engine] is a state machine: it has no clock, no goroutine and does no
// I/O. The caller adds what it got, with the time, and calls [Engine.Tick] a few
// times a second; equal calls give equal incidents. It is not safe for
// concurrent use.
//
// What happens to a span. It is counted at once in the second of its end: by
// operation if it is a server's, by edge if it is a client's. Then it waits with
// its trace until no more spans come. Parent and child across services make the
// dependency graph, never addresses or clocks, and they teach which instance
// answers behind an address. Each trace that failed or was slow then names one
// origin: the deepest span that failed, the callee that never answered, or the
// span whose own time grew the most. Origins are counted per second as well, so
// that all evidence is counts and histograms in time slices, which merge by
// adding.
//
// Incidents open on symptoms only: the error ratio or the latency of an entry
// point or of an edge that leaves its baseline, a failed agent state, a firing
// alert. Only change counts, since normal operation has errors. Anomalies,
// origins and rankings never open one: in fault-free minutes they look much
// the same as in true faults.
//
// The ranking rests on what differs from usual since the onset: package profile
// finds it and speaks nats. To that comes what was told or seen. Before there is
// a baseline to compare with, origins are counted instead. How sure it is, the
// lead over the next service says. The first word waits for as long as spans of
// those below the symptoms were seen to be late.
//
// While an incident is open the profile learns nothing, and forgets the minute
// before it, since faults are noticed late.
//
// What a symptom shows while its incident is open is made for a proof of
// recovery: its band and demand are those frozen at onset, its window is short,
// and its FreshAt moves only when new samples come.
package rca
