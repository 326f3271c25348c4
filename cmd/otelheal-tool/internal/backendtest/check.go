package backendtest

import (
	"context"
	"fmt"
)

// Verdict is what a check found.
type Verdict string

const (
	Pass   Verdict = "pass"
	Fail   Verdict = "fail"
	Unseen Verdict = "unseen" // it cannot be told from here
)

// check is one promise of the contract.
type check struct {
	name   string
	expect string // what is right
	why    string // what goes wrong otherwise
	// effects is how many effects the check must have where actions may act.
	// In a dry run it is none, always.
	effects int
	run     func(ctx context.Context, t *tester) finding
}

// finding is what a check saw.
type finding struct {
	verdict Verdict
	got     string
}

func pass(format string, args ...any) finding   { return finding{Pass, fmt.Sprintf(format, args...)} }
func fail(format string, args ...any) finding   { return finding{Fail, fmt.Sprintf(format, args...)} }
func unseen(format string, args ...any) finding { return finding{Unseen, fmt.Sprintf(format, args...)} }

// Result is a check and what it found.
type Result struct {
	Check    string  `json:"check"`
	Verdict  Verdict `json:"verdict"`
	Expected string  `json:"expected"`
	Got      string  `json:"got"`
	Why      string  `json:"why"`
}

// checks are all, in an order in which those that must have no effect come
// before the one that has.
func checks() []check {
	var all []check
	for _, group := range [][]check{signatureChecks(), bodyChecks(), timeChecks(), repeatChecks(), loadChecks(), outcomeChecks()} {
		all = append(all, group...)
	}
	return all
}

// runAll runs every check, each with its effects counted.
func (t *tester) runAll(ctx context.Context) ([]Result, error) {
	var results []Result
	for _, c := range checks() {
		f, err := t.runOne(ctx, c)
		if err != nil {
			return results, fmt.Errorf("check %s: %w", c.name, err)
		}
		results = append(results, Result{c.name, f.verdict, c.expect, f.got, c.why})
	}
	return results, nil
}

// runOne runs a check. Effects overrule what the answers said.
func (t *tester) runOne(ctx context.Context, c check) (finding, error) {
	before, err := t.effects(ctx)
	if err != nil {
		return finding{}, err
	}
	f := c.run(ctx, t)
	if err := ctx.Err(); err != nil {
		return finding{}, err
	}
	want := 0
	if t.opt.Act {
		want = c.effects
	}
	after, err := t.settled(ctx, before+want)
	if err != nil {
		return finding{}, err
	}
	if had := after - before; had != want {
		return fail("%d effects instead of %d; %s", had, want, f.got), nil
	}
	if f.verdict == Unseen && t.opt.Act {
		return pass("%s; %d effects were seen", f.got, want), nil
	}
	return f, nil
}
