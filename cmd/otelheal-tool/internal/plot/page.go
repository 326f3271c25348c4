package plot

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strconv"
)

// Page is what is shown about one file.
type Page struct {
	Title  string
	Notes  []string
	Charts []Chart
	More   int // series that are not drawn
}

//go:embed page.html
var pageText string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// policy allows this style and nothing else.
func policy() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	view := struct {
		*Page
		Policy   string
		Style    template.CSS
		Drawings []*drawing
	}{Page: p, Policy: policy(), Style: template.CSS(pageStyle)}
	for k, c := range p.Charts {
		view.Drawings = append(view.Drawings, draw(c, "s"+strconv.Itoa(k+1)))
	}
	return pageTemplate.Execute(w, &view)
}
