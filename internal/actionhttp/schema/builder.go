package main

import (
	"fmt"
	"maps"
	"reflect"
	"strings"
	"time"

	"github.com/otelheal/otelheal/event"
)

// object is one of JSON; encoding/json sorts its keys.
type object = map[string]any

// builder turns Go types into schemas and collects the structs among them.
type builder struct {
	defs     object
	comments map[string]string // by "Type.Field" and "Type"
}

// of is the schema of a type.
func (b *builder) of(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case reflect.TypeFor[event.Duration]():
		return object{"type": "string", "pattern": `^-?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`, "examples": []string{"1m30s"}}
	}
	if set, ok := sets[t]; ok {
		return object{"type": "string", "enum": set}
	}
	switch t.Kind() {
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Uint64:
		return object{"type": "integer", "minimum": 0}
	case reflect.Pointer:
		return b.of(t.Elem())
	case reflect.Slice:
		// Go writes a list that was never made as null.
		return object{"type": []string{"array", "null"}, "items": b.of(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": b.of(t.Elem())}
	case reflect.Struct:
		if _, ok := b.defs[t.Name()]; !ok {
			b.defs[t.Name()] = object{} // against a type that contains itself
			b.defs[t.Name()] = b.object(t)
		}
		return object{"$ref": "#/$defs/" + t.Name()}
	}
	panic(fmt.Sprintf("no schema for %s", t)) // a new sort of field, found when the schema is made
}

// object is the schema of a struct. Other fields are allowed: a younger sender
// may have some.
func (b *builder) object(t reflect.Type) object {
	properties, required := object{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := b.of(f.Type)
		if text := b.comments[t.Name()+"."+f.Name]; text != "" {
			p["description"] = text
		}
		maps.Copy(p, limits[t.Name()+"."+name])
		properties[name] = p
		if !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	s := object{"type": "object", "properties": properties, "required": required}
	if text := b.comments[t.Name()]; text != "" {
		s["description"] = text
	}
	return s
}
