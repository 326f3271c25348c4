package settings

import (
	"fmt"
	"reflect"
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

	given anomalyprocessor.ModelConfig // what the flags said
	flags *pflag.FlagSet
	paths map[string][]int // by flag
}

// Bind adds the flags.
func Bind(f *pflag.FlagSet) *Flags {
	s := &Flags{given: Default().Model, flags: f, paths: map[string][]int{}}
	f.StringVar(&s.File, "config", "", "collector configuration whose anomaly section is used; other flags go before it")
	f.StringVar(&s.Processor, "processor", "", "ID of the anomaly processor in --config, if it has several")
	s.add(reflect.ValueOf(&s.given).Elem(), nil, "", "")
	return s
}

func (s *Flags) add(v reflect.Value, path []int, flag, key string) {
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("mapstructure"), ",")
		if name == "" {
			continue
		}
		f := flag + strings.ReplaceAll(name, "_", "-")
		k := key + name
		at := append(append([]int(nil), path...), i)
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
			reflect.ValueOf(&c.Model).Elem().FieldByIndex(path).Set(from)
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
	return fmt.Sprint(f.v.Interface())
}

// Type names the type in the help.
func (f value) Type() string {
	if f.v.IsValid() && f.v.Type() == reflect.TypeFor[time.Duration]() {
		return "duration"
	}
	if f.v.IsValid() {
		return f.v.Kind().String()
	}
	return "value"
}
