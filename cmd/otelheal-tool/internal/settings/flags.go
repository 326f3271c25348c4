package settings

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/otelheal/otelheal/processor/anomalyprocessor"
)

// Default is the processor's configuration as it is without any key set.
func Default() *anomalyprocessor.Config {
	return anomalyprocessor.NewFactory().CreateDefaultConfig().(*anomalyprocessor.Config)
}

// Flags are the model's settings on a command line.
type Flags struct {
	File      string // a collector's configuration
	Processor string // ID of the processor in it

	given anomalyprocessor.Config // what the flags said
	flags *pflag.FlagSet
	paths map[string][]int // by flag
}

// Bind adds the flags.
func Bind(f *pflag.FlagSet) *Flags {
	s := &Flags{given: *Default(), flags: f, paths: map[string][]int{}}
	f.StringVar(&s.File, "config", "", "collector configuration whose anomaly section is used; other flags go before it")
	f.StringVar(&s.Processor, "processor", "", "ID of the anomaly processor in --config, if it has several")
	s.add(reflect.ValueOf(&s.given).Elem(), nil, "", "")
	return s
}

// aboutTheSystem are the keys beside the model's that decide what is an anomaly.
// The others are about what passes through a processor.
var aboutTheSystem = []string{"false_incidents_per_week"}

func (s *Flags) add(v reflect.Value, path []int, flag, key string) {
	for i := range v.NumField() {
		name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("mapstructure"), ",")
		at := append(slices.Clone(path), i)
		switch {
		case options == "squash":
			s.add(v.Field(i), at, "", "")
			continue
		case len(path) == 0 && !slices.Contains(aboutTheSystem, name):
			continue
		}
		f := flag + strings.ReplaceAll(name, "_", "-")
		k := key + name
		if v.Field(i).Kind() == reflect.Struct {
			s.add(v.Field(i), at, f+"-", k+"::")
			continue
		}
		s.paths[f] = at
		s.flags.Var(value{v.Field(i)}, f, "the processor's "+k)
	}
}

// Config is the processor's configuration: the default, or that of --config, with
// what flags said in place, for all metrics.
func (s *Flags) Config() (*anomalyprocessor.Config, error) {
	c := Default()
	if s.File != "" {
		f, err := ReadFile(s.File)
		if err != nil {
			return nil, err
		}
		if c, err = f.Anomaly(s.Processor); err != nil {
			return nil, err
		}
	} else if s.Processor != "" {
		return nil, fmt.Errorf("`--processor` names a processor of `--config`, which is not given")
	}
	changed := false
	s.flags.Visit(func(f *pflag.Flag) {
		if path, ok := s.paths[f.Name]; ok {
			changed = true
			from := reflect.ValueOf(&s.given).Elem().FieldByIndex(path)
			reflect.ValueOf(c).Elem().FieldByIndex(path).Set(from)
		}
	})
	if changed {
		c.Overrides = nil // what is said on the command line is for what is judged now
	}
	return c, c.Validate()
}

// value is a field of the configuration as a flag.
type value struct{ v reflect.Value }

// Set reads the flag's text.
func (f value) Set(text string) error {
	switch p := f.v.Addr().Interface().(type) {
	case *time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Errorf("must be a duration such as 5m, found %.40q", text)
		}
		*p = d
		return nil
	case *[]string:
		*p = nil
		for _, word := range strings.Split(text, ",") {
			if word = strings.TrimSpace(word); word != "" {
				*p = append(*p, word)
			}
		}
		return nil
	}
	var err error
	switch f.v.Kind() {
	case reflect.String:
		f.v.SetString(text)
	case reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(text)
		f.v.SetBool(b)
	case reflect.Int, reflect.Int64:
		var n int64
		n, err = strconv.ParseInt(text, 10, 64)
		f.v.SetInt(n)
	case reflect.Float64:
		var x float64
		x, err = strconv.ParseFloat(text, 64)
		f.v.SetFloat(x)
	default:
		err = fmt.Errorf("cannot be set on the command line")
	}
	if err != nil {
		return fmt.Errorf("must be a number such as %v, found %.40q", f.v.Interface(), text)
	}
	return nil
}

// String writes the value.
func (f value) String() string {
	if !f.v.IsValid() {
		return ""
	}
	if list, ok := f.v.Interface().([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(f.v.Interface())
}

// Type names the type in the help.
func (f value) Type() string {
	if f.v.IsValid() && f.v.Type() == reflect.TypeFor[time.Duration]() {
		return "duration"
	}
	if f.v.IsValid() && f.v.Kind() == reflect.Slice {
		return "list"
	}
	if f.v.IsValid() {
		return f.v.Kind().String()
	}
	return "value"
}
