package topology

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
)

// maxSocketPath keeps within sockaddr_un on every system we know (104 bytes on macOS, 108 on Linux).
const maxSocketPath = 103

// idPattern is narrow because an id becomes a file name.
var idPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$`)

// Validate reports everything that is wrong, all at once.
func (t *Topology) Validate() error {
	errs := []error{t.validateServices(), t.validatePlaces()}
	return errors.Join(errs...)
}

func (t *Topology) validateServices() error {
	var errs []error
	known := map[Role]bool{}
	for _, r := range Roles() {
		known[r] = false
	}
	ids := map[string]bool{"bank": true, "load": true}
	for i, s := range t.Services {
		seen, ok := known[s.Role]
		switch {
		case !ok:
			errs = append(errs, fmt.Errorf("`services[%d].role` must be one of %v, found %q", i, Roles(), s.Role))
		case seen:
			errs = append(errs, fmt.Errorf("`services[%d].role` %q is there twice; put its instances together", i, s.Role))
		default:
			known[s.Role] = true
		}
		if s.Name == "" {
			errs = append(errs, fmt.Errorf("`services[%d].name` must not be empty; it becomes service.name", i))
		}
		if len(s.Instances) == 0 {
			errs = append(errs, fmt.Errorf("`services[%d].instances` must have at least one instance", i))
		}
		for j, in := range s.Instances {
			if !idPattern.MatchString(in.ID) || ids[in.ID] {
				errs = append(errs, fmt.Errorf("`services[%d].instances[%d].id` must match %s, be unique and not be bank or load, found %q", i, j, idPattern, in.ID))
			}
			ids[in.ID] = true
			if _, _, err := net.SplitHostPort(in.Addr); err != nil {
				errs = append(errs, fmt.Errorf("`services[%d].instances[%d].addr` must be host:port, found %q", i, j, in.Addr))
			}
			if path := t.ControlSocket(in.ID); len(path) > maxSocketPath {
				errs = append(errs, fmt.Errorf("`control_dir`: the socket %s has more than %d bytes; use a shorter folder", path, maxSocketPath))
			}
		}
	}
	for _, r := range Roles() {
		if !known[r] {
			errs = append(errs, fmt.Errorf("`services` must have a service with role %q", r))
		}
	}
	return errors.Join(errs...)
}

func (t *Topology) validatePlaces() error {
	var errs []error
	if _, _, err := net.SplitHostPort(t.Bank); err != nil {
		errs = append(errs, fmt.Errorf("`bank` must be host:port, found %q", t.Bank))
	}
	if u, err := url.Parse(t.OTLP); err != nil || u.Scheme != "http" || u.Host == "" {
		errs = append(errs, fmt.Errorf("`otlp` must be a URL such as http://127.0.0.1:4318, found %q", t.OTLP))
	}
	for key, value := range map[string]string{
		"namespace": t.Namespace, "ledger": t.Ledger, "control_dir": t.ControlDir,
		"data_dir": t.DataDir, "load_control": t.LoadControl,
	} {
		if value == "" {
			errs = append(errs, fmt.Errorf("`%s` must not be empty", key))
		}
	}
	if len(t.LoadControl) > maxSocketPath {
		errs = append(errs, fmt.Errorf("`load_control`: %s has more than %d bytes; use a shorter folder", t.LoadControl, maxSocketPath))
	}
	return errors.Join(errs...)
}
