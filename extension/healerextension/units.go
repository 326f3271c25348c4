package healerextension

import (
	"net/http"

	"github.com/otelheal/otelheal/healing"
)

// listUnits is what the executors own at this moment: all that could be acted on.
func (h *healer) listUnits(w http.ResponseWriter, r *http.Request) {
	units := h.look(r.Context()).Units
	if units == nil {
		units = []healing.Unit{}
	}
	answer(w, http.StatusOK, units)
}
