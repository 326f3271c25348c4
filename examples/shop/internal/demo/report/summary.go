package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/judge"
)

// Summary says in two lines what all faults came to.
func Summary(findings []*judge.Finding) string {
	right, causes, acted := 0, 0, 0
	var act, restore []time.Duration
	for _, f := range findings {
		if len(f.Breaches) == 0 {
			right++
		}
		if f.Grade == judge.GradeRight {
			causes++
		}
		if f.Acted.IsZero() {
			continue
		}
		acted++
		act = append(act, f.Acted.Sub(f.Injected))
		if !f.Restored.IsZero() {
			restore = append(restore, f.Restored.Sub(f.Injected))
		}
	}
	lines := []string{fmt.Sprintf("%d of %d faults answered rightly, %d of %d root causes right", right, len(findings), causes, len(findings))}
	if acted > 0 {
		lines = append(lines, fmt.Sprintf("acted after %s, restored after %s in the median of %d", median(act), median(restore), acted))
	}
	return strings.Join(lines, "\n")
}

func median(d []time.Duration) string {
	if len(d) == 0 {
		return "–"
	}
	slices.Sort(d)
	return fmt.Sprintf("%.1f s", d[len(d)/2].Seconds())
}
