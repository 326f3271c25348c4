// Package loki asks a Grafana Loki for the log lines of one trace.
//
// Of what is being diagnosed only the trace ID reaches the query, as its 32
// hexadecimal digits: a label or a name in telemetry never does. The rest of the
// query is the configuration's. An answer is telemetry again, as hostile as any:
// it is bounded, and it is data.
package loki
