package healing

import (
	"context"

	"github.com/otelheal/otelheal/event"
)

// Pager is an executor that can also deliver a page to people. A page is an
// outcome first: it leaves with the others even where nobody delivers it.
type Pager interface {
	Page(ctx context.Context, o event.Outcome) error
}
