package detector

import "strings"

// NamesError reports whether an attribute says that a series counts failures.
// Such a series is often made only with the first failure, so that its absence
// meant zero.
func NamesError(key, value string) bool {
	switch key {
	case "error.type":
		return value != "" && value != "none"
	case "error":
		return value == "true"
	case "http.response.status_code", "http.status_code", "status_code", "code":
		return len(value) == 3 && value[0] == '5'
	case "rpc.grpc.status_code", "rpc.response.status_code":
		return value != "0" && value != "" && value != "OK"
	case "status.code", "otel.status_code":
		return value == "ERROR" || value == "STATUS_CODE_ERROR"
	case "outcome", "status", "result":
		switch strings.ToLower(value) {
		case "error", "fail", "failed", "failure", "timeout":
			return true
		}
	}
	return false
}

// NameOfErrors reports whether a metric by its name counts failures.
func NameOfErrors(metric string) bool {
	for _, part := range strings.FieldsFunc(strings.ToLower(metric), func(r rune) bool {
		return r == '.' || r == '_' || r == '/' || r == '-'
	}) {
		switch part {
		case "error", "errors", "failed", "failure", "failures", "fail", "exception", "exceptions", "timeouts":
			return true
		}
	}
	return false
}
