package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/otelheal/otelheal/examples/shop/internal/demo/fault"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/judge"
	"github.com/otelheal/otelheal/examples/shop/internal/demo/report"
)

// Run plays all cases, with the table as it goes, and the story of one
// incident at the end. It returns how many faults were not answered rightly.
func (d *Demo) Run(ctx context.Context, cases []fault.Case, page string) (wrong int, err error) {
	d.say("\n%s", report.Header())
	var findings []*judge.Finding
	for _, c := range cases {
		f, err := d.Play(ctx, c)
		if err != nil {
			return wrong, fmt.Errorf("%s: %w", name(c), err)
		}
		d.say("%s", report.Row(f, d.watch.Witness))
		if c.Kind == fault.Agent {
			d.say("  %d records were acknowledged around the kill, %s", d.records, arrived(f))
		}
		if len(f.Breaches) > 0 {
			wrong++
		}
		findings = append(findings, f)
	}
	d.say("\n%s", report.Summary(findings))
	return wrong, d.tell(findings, page)
}

func arrived(f *judge.Finding) string {
	if len(f.Lost) > 0 {
		return fmt.Sprintf("%d of them did not arrive", len(f.Lost))
	}
	return "all of them arrived"
}

// tell tells one incident and writes its page.
func (d *Demo) tell(findings []*judge.Finding, page string) error {
	i := mostTelling(findings)
	if i < 0 {
		return nil
	}
	f := findings[i]
	for _, line := range report.Story(f) {
		d.say("%s", line)
	}
	if err := os.MkdirAll(filepath.Dir(page), 0o755); err != nil {
		return err
	}
	file, err := os.Create(page)
	if err != nil {
		return err
	}
	defer file.Close()
	film := d.watch.Witness.Between(f.Injected.Add(-5*time.Second), f.Ended)
	if err := report.Page(file, f, film, d.limits); err != nil {
		return err
	}
	d.say("\nThe same as a page: %s", page)
	return file.Close()
}

// mostTelling picks the finding that shows most: healed as it should be and with
// the longest way from its cause to where it hurt. -1: there was no incident.
func mostTelling(findings []*judge.Finding) int {
	best, points := -1, 0
	for i, f := range findings {
		if f.Incident.ID == "" {
			continue
		}
		p := 1 + len(f.Incident.Chain)
		if !f.Verified.IsZero() && len(f.Breaches) == 0 {
			p += 100
		}
		if p > points {
			best, points = i, p
		}
	}
	return best
}
