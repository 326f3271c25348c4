package loki

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Line is one log line, with what Loki and the line itself say about it.
type Line struct {
	At                           time.Time
	Namespace, Service, Instance string
	Level                        string
	Text                         string
}

// answer is Loki's, as far as it is read.
type answer struct {
	Data struct {
		ResultType string
		Result     []struct {
			Stream map[string]string
			Values []json.RawMessage
		}
	}
}

func parse(body []byte) ([]Line, error) {
	var a answer
	if err := json.Unmarshal(body, &a); err != nil {
		return nil, errors.New("loki's answer is not what its API says") // the error would quote it
	}
	if a.Data.ResultType != "streams" {
		return nil, errors.New("loki's answer holds no streams")
	}
	var list []Line
	for _, s := range a.Data.Result {
		for _, raw := range s.Values {
			// A value is a pair, or since Loki 3 a triple if asked for.
			var v []json.RawMessage
			var at, text string
			if json.Unmarshal(raw, &v) != nil || len(v) < 2 || json.Unmarshal(v[0], &at) != nil || json.Unmarshal(v[1], &text) != nil {
				continue
			}
			ns, err := strconv.ParseInt(at, 10, 64)
			if err != nil || len(list) >= maxLines {
				continue
			}
			list = append(list, read(s.Stream, text, time.Unix(0, ns).UTC()))
		}
	}
	slices.SortStableFunc(list, func(x, y Line) int { return cmp.Compare(x.At.UnixNano(), y.At.UnixNano()) })
	return list, nil
}

// read takes a line apart: our exporter's, any other JSON, or plain text.
func read(labels map[string]string, text string, at time.Time) Line {
	l := Line{
		At: at, Text: text, Level: first(labels, "severity_text", "level", "detected_level"),
		Namespace: first(labels, "service_namespace"), Service: first(labels, "service_name"), Instance: first(labels, "service_instance_id"),
	}
	if !strings.HasPrefix(strings.TrimLeft(text, " \t"), "{") {
		return l
	}
	var fields struct {
		Body, Message, Msg, Severity, Level any
		Attributes, Resource                map[string]any
	}
	if json.Unmarshal([]byte(text), &fields) != nil {
		return l
	}
	said := pick(fields.Message, fields.Msg, fields.Body)
	if m, ok := fields.Body.(map[string]any); ok && said == "" {
		said = pick(m["message"], m["msg"])
	}
	if kind := pick(fields.Attributes["exception.type"]); kind != "" {
		said = kind + ": " + pick(fields.Attributes["exception.message"])
	}
	if said != "" {
		l.Text = said
	}
	if level := pick(fields.Severity, fields.Level); level != "" {
		l.Level = level
	}
	l.Instance = cmp.Or(l.Instance, pick(fields.Resource["service.instance.id"]))
	return l
}

// first is the first of the labels that there is.
func first(labels map[string]string, names ...string) string {
	for _, n := range names {
		if labels[n] != "" {
			return labels[n]
		}
	}
	return ""
}

// pick is the first of the values that is a text.
func pick(values ...any) string {
	for _, v := range values {
		if s, ok := v.(string); ok && s != "" {
			return s
		}
	}
	return ""
}
