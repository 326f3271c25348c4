// Command schema writes the JSON schema of an action as it is sent over HTTP.
// Names, types and what is required come from the Go types, descriptions from
// the comments at their fields; only closed sets and limits, which Go's types do
// not tell, are listed here.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"reflect"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
	"github.com/otelheal/otelheal/internal/actionhttp"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: schema FILE")
	}
	comments, err := readComments("../../event/*.go")
	if err != nil {
		log.Fatal(err)
	}
	out, err := build(comments)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(os.Args[1]), 0o755); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[1], out, 0o644); err != nil {
		log.Fatal(err)
	}
}

// sets are the closed ones, by type.
var sets = map[reflect.Type][]any{
	reflect.TypeFor[event.Mode]():           {event.ModeDryRun, event.ModeAct},
	reflect.TypeFor[event.Class]():          {event.Told, event.Seen, event.Inferred},
	reflect.TypeFor[event.Signal]():         {event.SignalAlert, event.SignalChange, event.SignalState, event.SignalMetric, event.SignalTrace, event.SignalLog},
	reflect.TypeFor[event.IncidentStatus](): {event.IncidentOpen, event.IncidentResolved},
	reflect.TypeFor[event.Resolution]():     {event.ResolvedRecovered, event.ResolvedSilent},
	reflect.TypeFor[event.Kind]():           kinds(),
}

func kinds() []any {
	all := make([]any, len(event.Kinds))
	for i, k := range event.Kinds {
		all[i] = k
	}
	return all
}

// limits are those of event.Validate, by type and JSON name.
var limits = map[string]object{
	"CloudEvent.specversion":     {"const": "1.0"},
	"CloudEvent.type":            {"const": healing.ActionEventType},
	"CloudEvent.id":              {"minLength": 1, "pattern": `^[^.]+$`, "description": "that of the action and the incident's revision; also the header webhook-id"},
	"CloudEvent.source":          {"format": "uri-reference", "description": "the exporter that sent it"},
	"CloudEvent.subject":         {"description": "the target, for people"},
	"CloudEvent.time":            {"description": "issued_at of the action"},
	"CloudEvent.datacontenttype": {"const": "application/json"},
	"Action.id":                  {"minLength": 1, "maxLength": event.MaxName, "description": "the same for all revisions of one incident"},
	"Action.policy":              {"minLength": 1, "maxLength": event.MaxName},
	"Action.steps":               {"maxItems": event.MaxSteps},
	"Action.expires":             {"description": "nothing may be begun after it"},
	"Entity.service":             {"minLength": 1, "maxLength": event.MaxName},
	"Step.verb":                  {"minLength": 1, "maxLength": event.MaxName},
	"Step.executor":              {"minLength": 1, "maxLength": event.MaxName},
	"Step.params":                {"maxProperties": event.MaxParams},
	"Incident.id":                {"minLength": 1, "maxLength": event.MaxName},
	"Incident.runners_up":        {"maxItems": event.MaxCauses},
	"Incident.symptoms":          {"maxItems": event.MaxSymptoms},
	"Incident.evidence":          {"maxItems": event.MaxEvidence},
	"Incident.confidence":        {"minimum": 0, "maximum": 1},
	"Incident.summary":           {"maxLength": event.MaxText},
	"Evidence.text":              {"maxLength": event.MaxText},
}

func build(comments map[string]string) ([]byte, error) {
	b := builder{defs: object{}, comments: comments}
	root := b.object(reflect.TypeFor[actionhttp.CloudEvent]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = "https://otelheal.github.io/schema/action.schema.json"
	root["title"] = "A recovery action of otelheal as a CloudEvents 1.0 structured message"
	root["$defs"] = b.defs
	out, err := json.MarshalIndent(root, "", "  ")
	return append(out, '\n'), err
}
