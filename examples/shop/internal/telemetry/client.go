package telemetry

import "net/http"

// newClient gives an exporter a client whose connection errors count as temporary. The SDK retries only errors that say
// so, and a refused connection, which is what a receiver that is being restarted looks like, does not by itself.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	return &http.Client{Transport: patientTransport{transport}, Timeout: requestTimeout}
}

type patientTransport struct {
	next http.RoundTripper
}

func (t patientTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(r)
	if err != nil && r.Context().Err() == nil {
		return nil, temporaryError{err}
	}
	return response, err
}

type temporaryError struct {
	error
}

func (temporaryError) Temporary() bool { return true }

func (e temporaryError) Unwrap() error { return e.error }
