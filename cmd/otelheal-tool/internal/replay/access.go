package replay

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// Variables that hold secrets: an argument could be read by every local user.
const (
	passwordVariable = "OTELHEAL_PROMETHEUS_PASSWORD"
	tokenVariable    = "OTELHEAL_PROMETHEUS_TOKEN"
)

// access is how to reach the server.
type access struct {
	address                   string
	user, passwordFile        string
	tokenFile, headerFile     string
	caFile, certFile, keyFile string
	serverName                string
	insecure                  bool
	timeout                   time.Duration
}

func (a *access) bind(f *pflag.FlagSet) {
	f.StringVar(&a.address, "prometheus", "", "URL of the server, with its path if it has one, such as https://host/prometheus")
	f.StringVar(&a.user, "user", "", "user for basic authentication; the password is in "+passwordVariable+" or --password-file")
	f.StringVar(&a.passwordFile, "password-file", "", "file with the password")
	f.StringVar(&a.tokenFile, "bearer-token-file", "", "file with a bearer token, instead of "+tokenVariable)
	f.StringVar(&a.headerFile, "header-file", "", "file with headers to send, such as X-Scope-OrgID: team, one a line")
	f.StringVar(&a.caFile, "ca-file", "", "certificates that the server's must be signed by, as PEM")
	f.StringVar(&a.certFile, "cert-file", "", "client certificate, as PEM")
	f.StringVar(&a.keyFile, "key-file", "", "its key")
	f.StringVar(&a.serverName, "server-name", "", "name in the server's certificate, if not that of the URL")
	f.BoolVar(&a.insecure, "insecure-skip-verify", false, "do not verify the server's certificate")
	f.DurationVar(&a.timeout, "timeout", 2*time.Minute, "for each answer")
}

// client makes the client, or says all that is wrong.
func (a *access) client() (*client, error) {
	base, err := a.base()
	header, errH := a.headers()
	conf, errT := a.tls()
	errs := []error{err, errH, errT}
	if a.timeout <= 0 {
		errs = append(errs, fmt.Errorf("`--timeout` must be above 0s, found %s", a.timeout))
	}
	if base != nil && base.Scheme == "http" && len(header) > 0 && !loopback(base.Hostname()) {
		errs = append(errs, errors.New("`--prometheus` must be of https, or on loopback, when credentials or headers are sent: "+
			"use https, or forward a local port to the server"))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = conf
	return &client{
		address: base.JoinPath("api/v1/query_range"),
		header:  header,
		wait:    sleep,
		http: &http.Client{Transport: transport, Timeout: a.timeout, CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > 5 || req.URL.Host != via[0].URL.Host || req.URL.Scheme != via[0].URL.Scheme {
				return errors.New("it sends to another address; give that one as --prometheus") // not our headers to there
			}
			return nil
		}},
	}, nil
}

func (a *access) base() (*url.URL, error) {
	u, err := url.Parse(a.address)
	switch {
	case a.address == "":
		return nil, errors.New("`--prometheus` must be the URL of a server, found none")
	case err != nil:
		return nil, errors.New("`--prometheus` must be a URL, found one that cannot be read")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("`--prometheus` must be a URL of https or http with a host, found %.80q", u.Redacted())
	case u.User != nil:
		return nil, errors.New("`--prometheus` must have no user and password: use --user and " + passwordVariable)
	}
	return u, nil
}

func (a *access) headers() (http.Header, error) {
	h := http.Header{}
	if a.headerFile != "" {
		b, err := os.ReadFile(a.headerFile)
		if err != nil {
			return nil, fmt.Errorf("read --header-file: %w", err)
		}
		lines := strings.NewReader(strings.TrimSpace(string(b)) + "\n\n")
		read, err := textproto.NewReader(bufio.NewReader(lines)).ReadMIMEHeader()
		if err != nil {
			return nil, errors.New("--header-file must have lines such as `X-Scope-OrgID: team`") // not the line itself
		}
		h = http.Header(read)
	}
	token, err := secret(a.tokenFile, "--bearer-token-file", tokenVariable)
	if err != nil {
		return nil, err
	}
	switch {
	case a.user != "" && a.tokenFile != "":
		return nil, errors.New("`--user` and `--bearer-token-file` exclude each other, found both")
	case a.user != "":
		password, err := secret(a.passwordFile, "--password-file", passwordVariable)
		if err != nil {
			return nil, err
		}
		if password == "" {
			return nil, errors.New("`--user` needs a password: set " + passwordVariable + ", or name a --password-file")
		}
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(a.user+":"+password)))
	case token != "":
		h.Set("Authorization", "Bearer "+token)
	}
	return h, nil
}

// secret is the content of a file, or else of a variable.
func secret(file, flag, variable string) (string, error) {
	if file == "" {
		return os.Getenv(variable), nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", flag, err)
	}
	return strings.TrimSpace(string(b)), nil
}

func (a *access) tls() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: a.serverName, InsecureSkipVerify: a.insecure}
	if a.caFile != "" {
		pem, err := os.ReadFile(a.caFile)
		if err != nil {
			return nil, fmt.Errorf("read --ca-file: %w", err)
		}
		if c.RootCAs = x509.NewCertPool(); !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("`--ca-file` must hold certificates as PEM, found none")
		}
	}
	if (a.certFile == "") != (a.keyFile == "") {
		return nil, errors.New("`--cert-file` and `--key-file` must be given together")
	}
	if a.certFile != "" {
		pair, err := tls.LoadX509KeyPair(a.certFile, a.keyFile)
		if err != nil {
			return nil, fmt.Errorf("read --cert-file and --key-file: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
