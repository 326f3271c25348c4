package actionhttp

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// ContentType is the structured mode of CloudEvents 1.0.
const ContentType = "application/cloudevents+json; charset=utf-8"

// CloudEvent is one action as a structured CloudEvents 1.0 message.
type CloudEvent struct {
	SpecVersion     string        `json:"specversion"`
	Type            string        `json:"type"`
	Source          string        `json:"source"`
	ID              string        `json:"id"`
	Subject         string        `json:"subject"`
	Time            time.Time     `json:"time"`
	DataContentType string        `json:"datacontenttype"`
	Data            *event.Action `json:"data"`
}

// NewCloudEvent wraps the action.
func NewCloudEvent(source string, a *event.Action) CloudEvent {
	return CloudEvent{
		SpecVersion:     "1.0",
		Type:            healing.ActionEventType,
		Source:          source,
		ID:              MessageID(a),
		Subject:         a.Target.Entity.String(),
		Time:            a.IssuedAt,
		DataContentType: "application/json",
		Data:            a,
	}
}

// MessageID is that of the action and the revision of its incident: the same
// message sent again has the same. It has no dot, as Standard Webhooks sign
// "id.timestamp.body".
func MessageID(a *event.Action) string { return fmt.Sprintf("%s-r%d", a.ID, a.Incident.Revision) }

// Encode is the message's body.
func (e CloudEvent) Encode() ([]byte, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode action: %w", err)
	}
	return body, nil
}
