package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/test/harness"
)

const encrypted = `
extensions:
  bearertokenauth: {token: TOKEN}
receivers:
  alert_webhook:
    endpoint: HOOK
    auth: {authenticator: bearertokenauth}
    tls: {cert_file: DIR/tls.crt, key_file: DIR/tls.key}
    mac_key: KEY
exporters:
  file: {path: DIR/alerts.jsonl, flush_interval: 100ms}
service:
  extensions: [bearertokenauth]
  telemetry: {metrics: {level: none}}
  pipelines:
    logs: {receivers: [alert_webhook], exporters: [file]}
`

// selfSigned writes a certificate for loopback and its key to a folder.
func selfSigned(t *testing.T, dir string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "otelheal"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	require.NoError(t, err)
	secret, err := x509.MarshalECPrivateKey(key)
	require.NoError(t, err)
	for name, block := range map[string]*pem.Block{"tls.crt": {Type: "CERTIFICATE", Bytes: der}, "tls.key": {Type: "EC PRIVATE KEY", Bytes: secret}} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600))
	}
}

// Alertmanager over TLS, with a token, as the guide has it. One with another
// token comes to nothing.
func TestAlertmanagerOverTLS(t *testing.T) {
	hook, dir := harness.Ports(t, 1)[0], t.TempDir()
	selfSigned(t, dir)
	col := harness.Start(t, harness.Config(t, encrypted, "HOOK", hook, "DIR", dir, "KEY", macKey, "TOKEN", hookToken))
	trust := ", tls_config: {ca_file: " + filepath.Join(dir, "tls.crt") + "}"
	url := "https://" + hook + "/v1/alerts"
	startAlertmanager(t, url, "authorization: {credentials: "+hookGuess+"}"+trust).
		fire("Stranger", time.Now(), map[string]string{"service": "payment"})
	col.WaitLog("not authorized")
	startAlertmanager(t, url, "authorization: {credentials: "+hookToken+"}"+trust).
		fire("Friend", time.Now(), map[string]string{"service": "payment"})
	file := filepath.Join(dir, "alerts.jsonl")
	require.Eventually(t, func() bool { list, _ := alertsIn(t, file); return len(list) > 0 }, detects, 100*time.Millisecond)
	require.NoError(t, col.Stop())
	list, _ := alertsIn(t, file)
	require.Len(t, list, 1)
	assert.Equal(t, "Friend", list[0].Name)
	assert.Equal(t, event.AlertFiring, list[0].Status)
	noSecrets(t, "the log", []byte(col.Log()), []string{hookToken, hookGuess})
}
