package incidentpage

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// Item is one incident, and what was said of it at the time if that differs.
type Item struct {
	Incident event.Incident
	Differs  string
}

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"percent": func(x float64) string { return strconv.FormatFloat(math.Round(100*x), 'f', 0, 64) + " %" },
	"part":    func(x float64) float64 { return math.Round(100 * min(1, max(0, x))) },
	"clock":   clock,
	"number":  number,
	"behind":  func(i event.Incident, c event.Cause) string { return fmt.Sprintf("%.1f", i.Cause.Score-c.Score) },
	"join":    strings.Join,
	"add":     func(a, b int) int { return a + b },
	"status":  status,
}).Parse(pageText))

// policy allows this style and nothing else.
func policy() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

type view struct {
	Item
	I     event.Incident
	Graph *graph
	Time  *timeline
}

// Write writes a page of some incidents.
func Write(w io.Writer, title string, list []Item) error {
	page := struct {
		Title  string
		Policy string
		Style  template.CSS
		List   []view
	}{Title: title, Policy: policy(), Style: template.CSS(pageStyle)}
	for _, it := range list {
		page.List = append(page.List, view{Item: it, I: it.Incident, Graph: draw(&it.Incident), Time: order(&it.Incident)})
	}
	return pageTemplate.Execute(w, &page)
}

func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("15:04:05.0")
}

// number is a value with its unit: shares as percent.
func number(x float64, unit string) string {
	switch {
	case unit == "1":
		return strconv.FormatFloat(math.Round(1000*x)/10, 'f', -1, 64) + " %"
	case unit == "":
		return strconv.FormatFloat(x, 'g', 4, 64)
	}
	return strconv.FormatFloat(x, 'g', 4, 64) + " " + unit
}

func status(i event.Incident) string {
	text := string(i.Status)
	if i.Resolution != "" {
		text += ", " + string(i.Resolution)
	}
	if !i.Settled {
		text += ", not settled"
	}
	if i.Learning {
		text += ", still learning what is normal"
	}
	return text
}
