// Package payload reads what alert senders post and makes events of it.
//
//	body ─Parse─▶ Batch of Raw ─Rules.Event─▶ event.Alert
//	      limits, syntax         labels name the target
//
// [Parse] takes the webhook body of Alertmanager (version 4), which Grafana's
// alerting extends, or with a [Mapping] any other JSON. It walks the bytes
// twice, once to check all of them against the [Limits] and once to read the
// few fields that matter, and never builds a tree: a body costs its own size
// and what its alerts say, however it is nested. NaN and Infinity, which some
// senders write where they have no value, are read as no value.
//
// An error names the place by a path such as $.alerts[3].startsAt, and never
// what stood there. What is wrong with one alert is kept in its [Raw], so that
// it costs the other alerts of the body nothing.
//
// [Rules] say which labels name the service. They also find the alerts that
// blame nobody: those about the monitoring itself, trials, those without a
// target and those about a target that this sender may not speak of.
//
// The package is pure: no clock, no I/O.
package payload
