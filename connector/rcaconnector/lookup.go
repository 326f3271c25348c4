package rcaconnector

import (
	"context"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/connector/rcaconnector/internal/loki"
	"github.com/otelheal/otelheal/connector/rcaconnector/internal/metadata"
	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/rca"
)

// maxAsked is how many lookups may wait. What finds no room is asked for again
// by the engine.
const maxAsked = 8

// lookups fetches the logs of traces from a store, one after the other and
// beside everything else.
type lookups struct {
	client    *loki.Client
	asked     chan rca.Lookup
	found     func(rca.Lookup, []rca.Log)
	telemetry *metadata.TelemetryBuilder
	log       *zap.Logger
	stop      context.CancelFunc
	done      sync.WaitGroup

	mu      sync.Mutex // guards breaker
	breaker loki.Breaker
}

// startLookups connects to the store of a configuration; nothing is sent yet.
func startLookups(ctx context.Context, cfg *LookupConfig, host component.Host, set component.TelemetrySettings, telemetry *metadata.TelemetryBuilder,
	found func(rca.Lookup, []rca.Log)) (*lookups, error) {
	client, err := cfg.Client.ToClient(ctx, host.GetExtensions(), set)
	if err != nil {
		return nil, err
	}
	// A redirect would carry what authorizes us elsewhere.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	l := &lookups{
		client: &loki.Client{
			HTTP: client, Endpoint: cfg.Client.Endpoint, Tenant: cfg.Tenant, Selector: cfg.Selector, InMetadata: cfg.TraceIDIn == inMetadata,
		},
		asked: make(chan rca.Lookup, maxAsked), found: found, telemetry: telemetry, log: set.Logger,
	}
	ctx, l.stop = context.WithCancel(context.Background())
	l.done.Go(func() { l.run(ctx) })
	return l, nil
}

// room is how many lookups could be taken now: none while the store rests.
func (l *lookups) room() int {
	if !l.allowed() {
		return 0
	}
	return cap(l.asked) - len(l.asked)
}

func (l *lookups) allowed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.breaker.Allow(time.Now())
}

func (l *lookups) answered(ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breaker.Done(time.Now(), ok)
}

// ask takes lookups without waiting.
func (l *lookups) ask(list []rca.Lookup) {
	for _, a := range list {
		select {
		case l.asked <- a:
		default:
			l.count("full")
		}
	}
}

func (l *lookups) shutdown() {
	l.stop()
	l.done.Wait()
	l.client.HTTP.CloseIdleConnections()
}

func (l *lookups) run(ctx context.Context) {
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case a := <-l.asked:
			if !l.allowed() {
				l.count("breaker")
				continue
			}
			began := time.Now()
			lines, err := l.client.Lines(ctx, a.TraceID, a.From, a.To)
			l.telemetry.ConnectorRcaLookupDuration.Record(ctx, time.Since(began).Seconds())
			if ctx.Err() != nil {
				return
			}
			l.answered(err == nil)
			switch {
			case err != nil:
				l.count("failed")
				if !failing {
					l.log.Warn("log store does not answer, incidents are told without it", zap.Error(err))
				}
			case len(lines) == 0:
				l.count("nothing") // it may come yet: the engine asks again
			default:
				l.count("found")
				l.found(a, logsOf(lines))
			}
			failing = err != nil
		}
	}
}

// lookupResult are the attribute sets of the counter, made once.
var lookupResult = map[string]metric.MeasurementOption{
	"breaker": option("result", "breaker"), "failed": option("result", "failed"), "found": option("result", "found"),
	"full": option("result", "full"), "nothing": option("result", "nothing"),
}

func (l *lookups) count(result string) {
	l.telemetry.ConnectorRcaLookups.Add(context.Background(), 1, lookupResult[result])
}

// logsOf are the lines as rca takes them.
func logsOf(lines []loki.Line) []rca.Log {
	logs := make([]rca.Log, 0, len(lines))
	for k := range lines {
		l := &lines[k]
		logs = append(logs, rca.Log{
			Entity: event.Entity{Namespace: cut(l.Namespace, 128), Service: cut(l.Service, 128), Instance: cut(l.Instance, 128)},
			At:     l.At, Error: isError(l.Level), Text: cut(l.Text, 1024),
		})
	}
	return logs
}
