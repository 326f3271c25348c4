package e2e

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/otelheal/otelheal/test/harness"
)

// throughKafka is what a larger installation has in front of rca: a tier that
// spreads traces by their IDs, and Kafka, which keeps each trace together.
const throughKafka = `
receivers:
  otlp: {protocols: {grpc: {endpoint: GRPC}}}
  otlp/a: {protocols: {grpc: {endpoint: FIRST}}}
  otlp/b: {protocols: {grpc: {endpoint: SECOND}}}
  kafka: {brokers: [BROKER], initial_offset: earliest, traces: {topics: [spans]}}
exporters:
  load_balancing:
    routing_key: traceID
    protocol: {otlp: {tls: {insecure: true}}}
    resolver: {static: {hostnames: [FIRST, SECOND]}}
  kafka/a: {brokers: [BROKER], partition_traces_by_id: true, traces: {topic: spans}}
  kafka/b: {brokers: [BROKER], partition_traces_by_id: true, traces: {topic: spans}}
service:
  pipelines:
    traces/in: {receivers: [otlp], exporters: [load_balancing]}
    traces/a: {receivers: [otlp/a], exporters: [kafka/a]}
    traces/b: {receivers: [otlp/b], exporters: [kafka/b]}
    traces: {receivers: [kafka], exporters: [rca]}
`

func TestKafkaRoundTripReachesAVerdict(t *testing.T) {
	harness.FullBinary(t)
	broker, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(4, "spans"))
	require.NoError(t, err)
	t.Cleanup(broker.Close)
	ports := harness.Ports(t, 3)
	_, file := startFinding(t, throughKafka, "GRPC", ports[0], "FIRST", ports[1], "SECOND", ports[2], "BROKER", broker.ListenAddrs()[0])
	i := findsPayment(t, harness.RunApp(t, ports[0]), file)
	assert.Equal(t, "shop", i.Cause.Target.Entity.Namespace)
}
