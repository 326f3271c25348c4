// Package lokiexporter pushes log records to Grafana Loki by its own protocol:
// snappy-compressed protobuf, one stream for each set of labels, each line a
// JSON object with the trace ID, so that a trace's logs are found in Loki again.
//
// Each Consume becomes one request, and its answer decides what becomes of the
// batch: queue, retries and their metrics are the collector's own. What Loki
// takes never, or not whole, is counted.
package lokiexporter

//go:generate go tool -modfile=../../internal/tools/go.mod mdatagen metadata.yaml
