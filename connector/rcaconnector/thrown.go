package rcaconnector

import "go.opentelemetry.io/collector/pdata/ptrace"

// thrown reads an exception that is an event of a span: OpenTelemetry's, or the
// error log of OpenTracing, which SkyWalking has too and which its receiver
// names "logs".
func thrown(ev ptrace.SpanEvent) (kind, message string, ok bool) {
	switch ev.Name() {
	case "exception":
		return text(ev.Attributes(), "exception.type"), text(ev.Attributes(), "exception.message"), true
	case "error", "logs":
		m := ev.Attributes()
		if kind = text(m, "error.kind"); kind != "" {
			return kind, text(m, "message"), true
		}
	}
	return "", "", false
}
