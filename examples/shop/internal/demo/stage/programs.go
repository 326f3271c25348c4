package stage

import (
	"bytes"
	_ "embed"
	"strings"
	"text/template"
)

//go:embed programs.yaml.tmpl
var programsText string

var programs = template.Must(template.New("programs").Parse(programsText))

// Programs is the list of what the process executor supervises.
func Programs(s *Stage) ([]byte, error) {
	var b bytes.Buffer
	err := programs.Execute(&b, map[string]any{
		"Dir": s.Dir, "Otelheal": s.Otelheal, "Shop": s.Shop, "Topology": s.Topology, "Releases": s.Path("releases"),
		"AgentService": AgentService, "AgentInstance": AgentInstance, "AgentOTLP": strings.TrimPrefix(s.Topology.OTLP, "http://"),
	})
	return b.Bytes(), err
}
