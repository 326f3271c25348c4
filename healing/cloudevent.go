package healing

// ActionEventType is the CloudEvents type of a recovery action on the wire, the
// data being an event.Action. It changes when the action changes so that an
// older reader could misunderstand it.
const ActionEventType = "io.otelheal.action.v1"
