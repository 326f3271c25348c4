package recoveryexporter

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
)

// TemplateConfig is the request of a tool that reads no CloudEvents.
type TemplateConfig struct {
	// ContentType decides how values are escaped: JSON, a form, or plain text.
	ContentType string `mapstructure:"content_type"`
	// Body and Headers are Go text/templates over the action.
	Body    string            `mapstructure:"body"`
	Headers map[string]string `mapstructure:"headers"`

	When   When `mapstructure:"when"`
	Repeat bool `mapstructure:"repeat"` // each revision, not only the first
}

// When says which actions a tool gets.
type When string

const (
	// WhenAct is for a tool that acts: it gets what may be acted on.
	WhenAct When = "act"
	// WhenSettled is for a tool that tells people: it gets what is understood.
	WhenSettled When = "settled"
)

// reservedHeaders have another key, or are how HTTP frames the request.
var reservedHeaders = []string{
	"Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect", "Host", "Keep-Alive", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "Webhook-Id", "Webhook-Signature", "Webhook-Timestamp",
}

var headerName = regexp.MustCompile("^[A-Za-z0-9_-]+$")

// Validate tells everything that is wrong, and tries the templates on an action.
func (c *TemplateConfig) Validate() error {
	var errs []error
	if c.When != WhenAct && c.When != WhenSettled {
		errs = append(errs, fmt.Errorf("`when` must be %s or %s, found %q", WhenAct, WhenSettled, c.When))
	}
	if c.Repeat && c.When == WhenAct {
		errs = append(errs, errors.New("`repeat` must be false where `when` is act: a tool that acts would do so with each revision"))
	}
	if c.Body == "" {
		errs = append(errs, errors.New("`body` is missing: give the request's body as a Go template"))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Headers)) {
		switch canonical := http.CanonicalHeaderKey(name); {
		case !headerName.MatchString(name):
			errs = append(errs, fmt.Errorf("`headers` has %q, which is no name of a header", name))
		case slices.Contains(reservedHeaders, canonical):
			errs = append(errs, fmt.Errorf("`headers::%s` must not be set here: it is made by otelheal (see `content_type`, `signing_secrets`)", name))
		}
	}
	if errs := errors.Join(errs...); errs != nil {
		return errs
	}
	t, err := compile(c)
	if err != nil {
		return err
	}
	return t.try(c.When)
}
