package telemetry

import (
	"context"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
)

func TestCreatedAt(t *testing.T) {
	t.Parallel()
	// The boot time is in whole seconds.
	assert.WithinDuration(t, programStart, createdAt(), 2500*time.Millisecond)
}

func TestUsageShare(t *testing.T) {
	t.Parallel()
	start := time.Now()
	u := usage{at: start}
	_, ok := u.share(start, cpuTime{})
	assert.False(t, ok, "no time went by")
	share, ok := u.share(start.Add(time.Hour), cpuTime{user: time.Second})
	assert.True(t, ok)
	assert.Positive(t, share)
	assert.Less(t, share, 0.001)
	if _, err := os.Stat("/proc/self/statm"); err == nil {
		bytes, ok := residentBytes()
		assert.True(t, ok)
		assert.Greater(t, bytes, int64(1<<20))
	}
}

// Spans that end while nobody listens at the receiver's address arrive when somebody does again.
func TestSpansWaitForTheReceiver(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := listener.Addr().String()
	require.NoError(t, listener.Close())

	tel, err := Start(t.Context(), Options{Endpoint: "http://" + addr, Service: "s", Namespace: "n", Instance: "i", Version: "v"})
	require.NoError(t, err)
	_, span := otel.Tracer("t").Start(t.Context(), "early")
	span.End()
	refused := make(chan struct{}, 64)
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(error) {
		select {
		case refused <- struct{}{}:
		default:
		}
	}))
	<-refused // a metric export has failed, so the batch of spans has been tried and refused as well

	arrived := make(chan struct{}, 64)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/traces", func(http.ResponseWriter, *http.Request) { arrived <- struct{}{} })
	mux.HandleFunc("/", func(http.ResponseWriter, *http.Request) {})
	listener, err = net.Listen("tcp", addr)
	require.NoError(t, err)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	select {
	case <-arrived:
	case <-time.After(10 * time.Second):
		t.Error("the span is lost")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	assert.NoError(t, tel.Stop(ctx))
}
