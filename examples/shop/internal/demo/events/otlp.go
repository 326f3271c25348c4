package events

import (
	"encoding/json"
	"fmt"
)

// Batch is one line of the file: a batch of log records in OTLP's JSON.
type Batch struct {
	ResourceLogs []struct {
		ScopeLogs []struct {
			LogRecords []Record `json:"logRecords"`
		} `json:"scopeLogs"`
	} `json:"resourceLogs"`
}

// Record is one log record.
type Record struct {
	EventName  string `json:"eventName"`
	Attributes []struct {
		Key   string `json:"key"`
		Value struct {
			String string `json:"stringValue"`
			Int    string `json:"intValue"` // OTLP's JSON quotes 64 bit integers
		} `json:"value"`
	} `json:"attributes"`
}

// Records are all records of the batch.
func (b Batch) Records() []Record {
	var all []Record
	for _, r := range b.ResourceLogs {
		for _, s := range r.ScopeLogs {
			all = append(all, s.LogRecords...)
		}
	}
	return all
}

// Text returns a text attribute.
func (r Record) Text(key string) string {
	for _, a := range r.Attributes {
		if a.Key == key {
			return a.Value.String
		}
	}
	return ""
}

// Integer returns an integer attribute as it is written.
func (r Record) Integer(key string) string {
	for _, a := range r.Attributes {
		if a.Key == key {
			return a.Value.Int
		}
	}
	return ""
}

// Log is everything that otelheal reported so far, in order.
type Log struct {
	Incidents []Incident // every revision
	Actions   []Action
	Outcomes  []Outcome
	States    []AgentState
	Changes   []Change
}

// Add adds what the batch says.
func (l *Log) Add(b Batch) error {
	for _, r := range b.Records() {
		if err := l.add(r); err != nil {
			return err
		}
	}
	return nil
}

func (l *Log) add(r Record) error {
	switch r.EventName {
	case "otelheal.incident":
		return decode(r, &l.Incidents)
	case "otelheal.action":
		return decode(r, &l.Actions)
	case "otelheal.outcome":
		return decode(r, &l.Outcomes)
	case "otelheal.agent.state":
		return decode(r, &l.States)
	case "otelheal.change":
		return decode(r, &l.Changes)
	}
	return nil // an alert, or a log that is no event
}

func decode[T any](r Record, into *[]T) error {
	var event T
	if err := json.Unmarshal([]byte(r.Text("otelheal.data")), &event); err != nil {
		return fmt.Errorf("decode %s: %w", r.EventName, err)
	}
	*into = append(*into, event)
	return nil
}
