package healing

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelheal/otelheal/event"
)

func TestValidatePoliciesAcceptsGood(t *testing.T) {
	page := Policy{Name: "leave-to-people", Match: Match{Kinds: []event.Kind{event.KindDependency}}}
	dry := Policy{Name: "watch", Steps: []event.Step{{Verb: "restart", Executor: "x"}}}
	assert.NoError(t, ValidatePolicies([]Policy{restart(), page, dry}))
	assert.NoError(t, ValidatePolicies(nil))
}

func TestPolicyValidate(t *testing.T) {
	long := strings.Repeat("x", event.MaxName+1)
	for _, tt := range []struct {
		name   string
		change func(*Policy)
		want   string
	}{
		{"no name", func(p *Policy) { p.Name = "" }, "`name` is missing"},
		{"reserved name", func(p *Policy) { p.Name = "none" }, "`name` must not be \"none\""},
		{"long name", func(p *Policy) { p.Name = long }, "`name` must have at most 253 bytes, found 254"},
		{"mode", func(p *Policy) { p.Mode = "yes" }, "`mode` must be dry_run or act, found \"yes\""},
		{"expires", func(p *Policy) { p.Expires = -time.Second }, "`expires` must not be negative, found -1s"},
		{"kind", func(p *Policy) { p.Match.Kinds = append(p.Match.Kinds, "hung") }, "`match::kinds` must be of crash, hang, slow"},
		{"act on anything", func(p *Policy) { p.Match.Kinds = nil }, "`match::kinds` must name at least one kind"},
		{"confidence in percent", func(p *Policy) { p.Match.MinConfidence = 60 }, "`match::min_confidence` must be from 0 to 1, found 60"},
		{"confidence NaN", func(p *Policy) { p.Match.MinConfidence = math.NaN() }, "found NaN"},
		{"empty service", func(p *Policy) { p.Match.Services = []string{""} }, "`match::services` must not have an empty pattern"},
		{"long pattern", func(p *Policy) { p.Match.Instances = []string{long} }, "`match::instances` must have patterns of at most 253"},
		{"steps", func(p *Policy) { p.Steps = make([]event.Step, 17) }, "`steps` must have at most 16, found 17"},
		{"verb", func(p *Policy) { p.Steps[0].Verb = "" }, "`steps[0]::verb` is missing"},
		{"executor", func(p *Policy) { p.Steps[0].Executor = "" }, "`steps[0]::executor` is missing"},
		{"long verb", func(p *Policy) { p.Steps[0].Verb = long }, "`steps[0]::verb` must have at most 253"},
		{"timeout", func(p *Policy) { p.Steps[0].Timeout = -1 }, "`steps[0]::timeout` must not be negative, found -1ns"},
		{"verify_within", func(p *Policy) { p.Steps[0].VerifyWithin = -1 }, "`steps[0]::verify_within` must not be negative"},
		{"hold", func(p *Policy) { p.Steps[0].Hold = -1 }, "`steps[0]::hold` must not be negative"},
		{"hold too long", func(p *Policy) { p.Steps[0].Hold = event.Duration(time.Minute) }, "`steps[0]::hold` must be below `verify_within` (30s), found 1m0s"},
		{"param", func(p *Policy) { p.Steps[0].Params = map[string]string{"": "x"} }, "`steps[0]::params` must have names of 1 to 253"},
		{"params", func(p *Policy) {
			p.Steps[0].Params = map[string]string{}
			for k := range 33 {
				p.Steps[0].Params[strings.Repeat("k", k+1)] = ""
			}
		}, "`steps[0]::params` must have at most 32, found 33"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := restart()
			require.NoError(t, p.Validate())
			tt.change(&p)
			assert.ErrorContains(t, p.Validate(), tt.want)
		})
	}
}

func TestValidatePoliciesTellsAllAtOnce(t *testing.T) {
	bad := Policy{Mode: "yes", Match: Match{MinConfidence: 2}, Steps: []event.Step{{}}}
	err := ValidatePolicies([]Policy{restart(), bad, restart()})
	for _, want := range []string{
		"[1]: `name` is missing", "[1]: `mode`", "[1]: `match::min_confidence`", "[1]: `steps[0]::verb`", "[1]: `steps[0]::executor`",
		"[2] (\"restart\"): `name` is that of policy [0] too",
	} {
		assert.ErrorContains(t, err, want)
	}
	assert.ErrorContains(t, ValidatePolicies(make([]Policy, MaxPolicies+1)), "has 257 policies, at most 256")
}
