package rca

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/otelheal/otelheal/cmd/otelheal-tool/internal/incidentpage"
)

// writePage writes the page of what a replay found.
func writePage(name string, files []string, list []Verdict) error {
	items := make([]incidentpage.Item, 0, len(list))
	for k := range list {
		it := incidentpage.Item{Incident: list[k].Incident}
		if !list[k].Same {
			it.Differs = list[k].differs()
		}
		items = append(items, it)
	}
	bases := make([]string, len(files))
	for k := range files {
		bases[k] = filepath.Base(files[k])
	}
	out, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := incidentpage.Write(out, "incidents in "+strings.Join(bases, ", "), items); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}
