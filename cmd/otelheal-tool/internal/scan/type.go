package scan

import "fmt"

// Type is what the values of a series are.
type Type uint8

const (
	TypeAuto    Type = iota // found out by the first values
	TypeGauge               // judged by value
	TypeCounter             // only rises; judged by its increase a second
)

var typeNames = []string{"auto", "gauge", "counter"}

func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "unknown"
}

// Set makes Type a flag's value.
func (t *Type) Set(s string) error {
	for k, n := range typeNames {
		if n == s {
			*t = Type(k)
			return nil
		}
	}
	return fmt.Errorf("must be auto, gauge or counter, found %.40q", s)
}

// Type names the flag's type in the help.
func (t *Type) Type() string { return "auto|gauge|counter" }

// UnmarshalText makes Type a value in YAML.
func (t *Type) UnmarshalText(b []byte) error { return t.Set(string(b)) }
