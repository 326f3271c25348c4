package alertwebhookreceiver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receiverhelper"

	"github.com/otelheal/otelheal/internal/eventlog"
	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/book"
	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/metadata"
	"github.com/otelheal/otelheal/receiver/alertwebhookreceiver/internal/payload"
)

// shutdownLimit is how long requests may take that are under way at the end.
const shutdownLimit = 3 * time.Second

// webhook serves one endpoint.
type webhook struct {
	cfg  *Config
	set  receiver.Settings
	next consumer.Logs
	now  func() time.Time

	limits   payload.Limits
	mapping  *payload.Mapping // nil: Alertmanager's or Grafana's bodies
	rules    *payload.Rules
	verifier *verifier // nil: bodies are not signed
	book     *book.Book
	gate     *gate
	encoder  encoder

	telemetry *metadata.TelemetryBuilder
	obs       *receiverhelper.ObsReport
	changes   *changes

	storing sync.Mutex // guards store; held from Commit to the end of the write, so that writes keep their order
	store   *store     // nil: nothing is stored

	server *http.Server       // set in Start
	addr   net.Addr           // set in Start
	cancel context.CancelFunc // set in Start
	done   sync.WaitGroup     // the server and the replay
}

func newWebhook(cfg *Config, set receiver.Settings, next consumer.Logs) (*webhook, error) {
	telemetry, err := metadata.NewTelemetryBuilder(set.TelemetrySettings)
	if err != nil {
		return nil, err
	}
	obs, err := receiverhelper.NewObsReport(receiverhelper.ObsReportSettings{
		ReceiverID: set.ID, Transport: "http", ReceiverCreateSettings: set,
	})
	if err != nil {
		return nil, err
	}
	w := &webhook{
		cfg: cfg, set: set, next: next, now: time.Now,
		limits:    payload.Limits{Depth: cfg.MaxDepth, Alerts: cfg.MaxAlertsPerRequest},
		rules:     cfg.rules(set.ID),
		book:      book.NewBook(cfg.MaxKnownAlerts, cfg.ResolvedHold),
		gate:      newGate(cfg.MaxInFlight),
		encoder:   encoder{eventlog.NewCodec(string(cfg.MACKey)), set.Resource, set.BuildInfo.Version},
		telemetry: telemetry,
		obs:       obs,
		changes:   newChanges(set.Logger),
	}
	if cfg.Mapping.HasValue() {
		if w.mapping, err = cfg.Mapping.Get().mapping(); err != nil {
			return nil, err
		}
	}
	if cfg.HMAC.HasValue() {
		w.verifier = newVerifier(cfg.HMAC.Get())
	}
	return w, nil
}

// Start implements component.Component.
func (w *webhook) Start(ctx context.Context, host component.Host) error {
	if err := w.observe(); err != nil {
		return err
	}
	server, err := w.cfg.Server.ToServer(ctx, host.GetExtensions(), w.set.TelemetrySettings, w, confighttp.WithErrorHandler(w.unreadable))
	if err != nil {
		return fmt.Errorf("make the server of the alert webhook: %w", err)
	}
	if w.cfg.Storage != nil {
		if w.store, err = openStore(ctx, host, *w.cfg.Storage, w.set.ID); err != nil {
			return err
		}
	}
	listener, err := w.cfg.Server.ToListener(ctx)
	if err != nil {
		return errors.Join(fmt.Errorf("listen for alerts: %w", err), w.closeStore(ctx))
	}
	background, cancel := context.WithCancel(context.Background())
	w.server, w.addr, w.cancel = server, listener.Addr(), cancel
	w.replay(background)
	w.done.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			componentstatus.ReportStatus(host, componentstatus.NewFatalErrorEvent(fmt.Errorf("serve the alert webhook: %w", err)))
		}
	})
	return nil
}

// Shutdown implements component.Component. Requests that are under way are
// answered, if that is soon; the others were told nothing and come again.
func (w *webhook) Shutdown(ctx context.Context) error {
	defer w.telemetry.Shutdown()
	if w.server == nil {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, shutdownLimit)
	defer cancel()
	if w.server.Shutdown(limited) != nil {
		_ = w.server.Close()
	}
	w.cancel()
	w.done.Wait()
	return w.closeStore(ctx)
}

func (w *webhook) closeStore(ctx context.Context) error {
	w.storing.Lock()
	defer w.storing.Unlock()
	if w.store == nil {
		return nil
	}
	client := w.store.client
	w.store = nil
	return client.Close(ctx)
}
