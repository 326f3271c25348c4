package recoveryexporter

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/healing"
)

// contentType is the structured mode of CloudEvents 1.0.
const contentType = "application/cloudevents+json; charset=utf-8"

// cloudEvent is one action as a structured CloudEvents 1.0 message.
type cloudEvent struct {
	SpecVersion     string        `json:"specversion"`
	Type            string        `json:"type"`
	Source          string        `json:"source"`
	ID              string        `json:"id"`
	Subject         string        `json:"subject"`
	Time            time.Time     `json:"time"`
	DataContentType string        `json:"datacontenttype"`
	Data            *event.Action `json:"data"`
}

// newCloudEvent wraps the action. The ID is that of the action and the revision
// of its incident: the same message sent again has the same.
func newCloudEvent(source string, a *event.Action) cloudEvent {
	return cloudEvent{
		SpecVersion:     "1.0",
		Type:            healing.ActionEventType,
		Source:          source,
		ID:              fmt.Sprintf("%s-r%d", a.ID, a.Incident.Revision), // no dot: Standard Webhooks sign "id.timestamp.body"
		Subject:         a.Target.Entity.String(),
		Time:            a.IssuedAt,
		DataContentType: "application/json",
		Data:            a,
	}
}

func (e cloudEvent) encode() ([]byte, error) {
	body, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode action: %w", err)
	}
	return body, nil
}
