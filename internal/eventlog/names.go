package eventlog

// Names of the events.
const (
	NameAlert      = "otelheal.alert"
	NameAgentState = "otelheal.agent.state"
	NameChange     = "otelheal.change"
	NameIncident   = "otelheal.incident"
	NameAction     = "otelheal.action"
	NameOutcome    = "otelheal.outcome"
)
