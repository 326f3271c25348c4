package web

import (
	"errors"
	"net/url"
)

// cause takes off the wrapping of http.Client, which repeats method and address.
func cause(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
