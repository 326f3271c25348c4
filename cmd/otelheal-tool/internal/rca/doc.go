// Package rca replays recorded telemetry through the rca connector, and judges
// the causes that it names where the true ones are known.
//
// Nothing is handed to the engine but what its pipelines would bring: spans, log
// records and metric points as OTLP data, and an alert that tells that something
// is wrong, and when. What is judged is the incident record that comes out.
package rca
