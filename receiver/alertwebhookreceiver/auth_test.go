package alertwebhookreceiver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/basicauthextension"
	"github.com/open-telemetry/opentelemetry-collector-contrib/extension/bearertokenauthextension"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/extension"
	"go.opentelemetry.io/collector/extension/extensiontest"
)

const secret, oldSecret = "a secret of at least 16 bytes", "the one that was before it"

func sign(key, signed string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(signed))
	return hex.EncodeToString(mac.Sum(nil))
}

func TestGrafanaSignature(t *testing.T) {
	const header = "X-Grafana-Alerting-Signature"
	s := serve(t, func(c *Config) {
		c.HMAC.GetOrInsertDefault().Secrets = []configopaque.String{secret, oldSecret}
	}, nil)
	body := testdata(t, "grafana.json")
	for _, tt := range []struct {
		name, signature string
		status          int
	}{
		{"none", "", 401},
		{"no hex", "hunter2", 401},
		{"too short", sign(secret, string(body))[:62], 401},
		{"of another key", sign("another key that is long", string(body)), 401},
		{"of another body", sign(secret, string(body)+" "), 401},
		{"good", sign(secret, string(body)), 200},
		{"by the old key", sign(oldSecret, string(body)), 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, text := s.post(t, body, header, tt.signature)
			assert.Equal(t, tt.status, status)
			if status == 401 {
				assert.Equal(t, "not authorized\n", text)
			}
		})
	}
	assert.Len(t, s.alerts(t), 2)
	s.results(t, map[result]int64{resultUnauthorized: 5, resultAccepted: 2})
}

// A repetition with a time that is long over is refused.
func TestSignedTime(t *testing.T) {
	const stampHeader = "X-Grafana-Alerting-Timestamp"
	s := serve(t, func(c *Config) {
		h := c.HMAC.GetOrInsertDefault()
		h.Secrets, h.TimestampHeader = []configopaque.String{secret}, stampHeader
	}, nil)
	body := testdata(t, "grafana.json")
	at := func(d time.Duration) string { return strconv.FormatInt(time.Now().Add(d).Unix(), 10) }
	for _, tt := range []struct {
		name, stamp, signed string
		status              int
	}{
		{"now", at(0), at(0), 200},
		{"a clock that differs", at(4 * time.Minute), at(4 * time.Minute), 200},
		{"replayed later", at(-6 * time.Minute), at(-6 * time.Minute), 401},
		{"from the future", at(6 * time.Minute), at(6 * time.Minute), 401},
		{"another time than was signed", at(0), at(-6 * time.Minute), 401},
		{"none", "", "", 401},
		{"no number", "yesterday", "yesterday", 401},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, _ := s.post(t, body, "X-Grafana-Alerting-Signature", sign(secret, tt.signed+":"+string(body)), stampHeader, tt.stamp)
			assert.Equal(t, tt.status, status)
		})
	}
	status, _ := s.post(t, body, "X-Grafana-Alerting-Signature", sign(secret, string(body)), stampHeader, at(0))
	assert.Equal(t, 401, status, "the time has to be signed as well")
}

// The same signed request twice has one effect, also in time.
func TestReplayIsADuplicate(t *testing.T) {
	s := serve(t, func(c *Config) { c.HMAC.GetOrInsertDefault().Secrets = []configopaque.String{secret} }, nil)
	body := alertOf("Slow", "firing", time.Now().Add(-time.Minute))
	for range 2 {
		status, _ := s.post(t, body, "X-Grafana-Alerting-Signature", sign(secret, string(body)))
		require.Equal(t, http.StatusOK, status)
	}
	assert.Len(t, s.alerts(t), 1)
}

func TestBearerAndBasic(t *testing.T) {
	bearer := bearertokenauthextension.NewFactory().CreateDefaultConfig().(*bearertokenauthextension.Config)
	bearer.BearerToken = "token-hunter2"
	basic := &basicauthextension.Config{Htpasswd: &basicauthextension.HtpasswdSettings{Inline: "alertmanager:hunter2"}}
	for _, tt := range []struct {
		name       string
		factory    extension.Factory
		cfg        component.Config
		header     string
		wrong, own func(*http.Request)
	}{
		{
			name: "bearer", factory: bearertokenauthextension.NewFactory(), cfg: bearer,
			wrong: func(r *http.Request) { r.Header.Set("Authorization", "Bearer wrong-hunter2") },
			own:   func(r *http.Request) { r.Header.Set("Authorization", "Bearer token-hunter2") },
		},
		{
			name: "basic", factory: basicauthextension.NewFactory(), cfg: basic,
			wrong: func(r *http.Request) { r.SetBasicAuth("alertmanager", "wrong-hunter2") },
			own:   func(r *http.Request) { r.SetBasicAuth("alertmanager", "hunter2") },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ext, err := tt.factory.Create(t.Context(), extensiontest.NewNopSettings(tt.factory.Type()), tt.cfg)
			require.NoError(t, err)
			require.NoError(t, ext.Start(t.Context(), fakeHost{}))
			t.Cleanup(func() { require.NoError(t, ext.Shutdown(t.Context())) })
			id := component.NewID(tt.factory.Type())
			s := serve(t, func(c *Config) {
				a := confighttp.AuthConfig{}
				a.AuthenticatorID = id
				c.Server.Auth = configoptional.Some(a)
				c.Server.NetAddr.Endpoint = "0.0.0.0:0"
			}, fakeHost{id: ext})
			for name, change := range map[string]func(*http.Request){"none": func(*http.Request) {}, "wrong": tt.wrong} {
				req := s.request(t, testdata(t, "alertmanager.json"))
				change(req)
				status, text := s.send(t, req)
				assert.Equal(t, http.StatusUnauthorized, status, name)
				assert.Equal(t, "not authorized\n", text, name)
			}
			assert.Empty(t, s.next.records())
			req := s.request(t, testdata(t, "alertmanager.json"))
			tt.own(req)
			status, text := s.send(t, req)
			assert.Equal(t, http.StatusOK, status, text)
			s.results(t, map[result]int64{resultUnauthorized: 2, resultAccepted: 1})
		})
	}
}
