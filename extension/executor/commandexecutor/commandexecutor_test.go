//go:build unix

package commandexecutor

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componenttest"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/extension/extensiontest"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/otelheal/otelheal/event"
	"github.com/otelheal/otelheal/extension/executor/commandexecutor/internal/metadata"
	"github.com/otelheal/otelheal/extension/executor/internal/owned"
	"github.com/otelheal/otelheal/extension/executor/internal/readme"
	"github.com/otelheal/otelheal/healing"
)

func anOrder(key string) healing.Order {
	return healing.Order{
		Key: key, ActionID: "a1", Verb: "do", Issued: time.Now(), Deadline: time.Now().Add(10 * time.Second),
		Target: event.Target{Entity: event.Entity{Service: "pay", Instance: "pay-1"}, Incarnation: "4711@1-abcdef01"},
		Params: map[string]string{"level": "2"},
	}
}

// started is an executor whose verb "do" runs the script with the arguments.
func started(t *testing.T, script string, args ...string) (*commandExecutor, string, *observer.ObservedLogs) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "script")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o700))
	core, logs := observer.New(zap.InfoLevel)
	set := extensiontest.NewNopSettings(metadata.Type)
	set.Logger = zap.New(core)
	e := newCommandExecutor(set, &Config{Verbs: []VerbConfig{{
		Verb: "do", Argv: append([]string{path}, args...), Timeout: 5 * time.Second, WorkingDirectory: dir,
		Environment: map[string]configopaque.String{"COLOUR": "green"}, Targets: []owned.TargetConfig{{Service: "pay"}},
	}}})
	require.NoError(t, e.Start(t.Context(), componenttest.NewNopHost()))
	t.Cleanup(func() { require.NoError(t, e.Shutdown(context.Background())) })
	return e, dir, logs
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

func TestCommandGetsWordsAndNothingElse(t *testing.T) {
	t.Setenv("SECRET_OF_OTELHEAL", "x")
	e, dir, logs := started(t, `printf '%s\n' "$@" > args; env > env; echo password; exit 0`,
		"fixed $(id)", "{service}/{instance}", "--pid={incarnation}", "{param.level}")
	o := anOrder("k")
	r := e.Execute(t.Context(), o)
	require.Equal(t, healing.EffectDone, r.Effect, r.Detail)
	assert.Equal(t, o.Target, r.Now)
	assert.Equal(t, "fixed $(id)\npay/pay-1\n--pid=4711@1-abcdef01\n2\n", read(t, filepath.Join(dir, "args")))
	env := read(t, filepath.Join(dir, "env"))
	assert.Contains(t, env, "COLOUR=green")
	assert.NotContains(t, env, "SECRET_OF_OTELHEAL")
	require.Equal(t, 1, logs.Len())
	assert.Equal(t, int64(9), logs.All()[0].ContextMap()["output_bytes"])
	assert.NotContains(t, logs.All()[0].ContextMap(), "password")

	require.NoError(t, os.Remove(filepath.Join(dir, "args")))
	assert.Equal(t, healing.EffectDone, e.Execute(t.Context(), o).Effect)
	assert.NoFileExists(t, filepath.Join(dir, "args"), "a doubled order is answered, not done")
	assert.Equal(t, healing.EffectDone, e.Lookup(t.Context(), o).Effect)
	assert.Equal(t, healing.EffectUnknown, e.Lookup(t.Context(), anOrder("of another process")).Effect)
}

func TestExitCodesBecomeEffects(t *testing.T) {
	for code, want := range map[int]healing.Effect{
		0: healing.EffectDone, 1: healing.EffectFailed, 3: healing.EffectSuperseded, 4: healing.EffectRefused, 127: healing.EffectFailed,
	} {
		e, _, _ := started(t, "exit "+strconv.Itoa(code))
		assert.Equal(t, want, e.Execute(t.Context(), anOrder("k")).Effect, code)
	}
	e, _, _ := started(t, "kill -9 $$")
	assert.Equal(t, healing.EffectUnknown, e.Execute(t.Context(), anOrder("k")).Effect)
	e, dir, _ := started(t, "")
	require.NoError(t, os.Remove(filepath.Join(dir, "script")))
	assert.Equal(t, healing.EffectNone, e.Execute(t.Context(), anOrder("k")).Effect)
}

func TestHostileValuesRunNothing(t *testing.T) {
	e, dir, _ := started(t, "touch ran", "{service}", "{instance}", "{param.level}")
	for _, v := range []string{
		"", "-rf", "--help", "a b", "a;b", "$(id)", "`id`", "a|b", "../x", "a/b", "a\nb", "a\x00b", "a'b", `a"b`, "a*", "é", ".", "{service}",
		strings.Repeat("a", 254),
	} {
		o := anOrder("k")
		o.Params["level"] = v
		assert.Equal(t, healing.EffectRefused, e.Execute(t.Context(), o).Effect, "%q", v)
		o = anOrder("k")
		o.Target.Entity.Instance = v
		assert.Equal(t, healing.EffectRefused, e.Execute(t.Context(), o).Effect, "%q", v)
	}
	for name, change := range map[string]func(*healing.Order){
		"other service":  func(o *healing.Order) { o.Target.Entity.Service = "cart" },
		"no incarnation": func(o *healing.Order) { o.Target.Incarnation = "" },
		"other verb":     func(o *healing.Order) { o.Verb = "restart" },
		"missing param":  func(o *healing.Order) { o.Params = nil },
		"past deadline":  func(o *healing.Order) { o.Deadline = time.Now().Add(-time.Second) },
	} {
		o := anOrder("k")
		change(&o)
		assert.Equal(t, healing.EffectRefused, e.Execute(t.Context(), o).Effect, name)
	}
	assert.NoFileExists(t, filepath.Join(dir, "ran"))
}

func TestTimeoutAndShutdownKillTheWholeGroup(t *testing.T) {
	script := `sleep 1000 & echo $! > child; wait`
	gone := func(dir string) func() bool {
		return func() bool {
			pid, err := strconv.Atoi(strings.TrimSpace(read(t, filepath.Join(dir, "child"))))
			if err != nil || syscall.Kill(pid, 0) != nil {
				return err == nil
			}
			stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
			return err == nil && strings.Contains(string(stat), ") Z ") // nobody collects it here
		}
	}
	e, dir, _ := started(t, script)
	o := anOrder("k")
	o.Deadline = time.Now().Add(500 * time.Millisecond)
	assert.Equal(t, healing.EffectUnknown, e.Execute(t.Context(), o).Effect)
	assert.Eventually(t, gone(dir), 5*time.Second, 10*time.Millisecond)

	e, dir, _ = started(t, script)
	answer := make(chan healing.Result, 1)
	go func() { answer <- e.Execute(context.Background(), anOrder("k")) }()
	require.Eventually(t, func() bool { _, err := os.Stat(filepath.Join(dir, "child")); return err == nil }, 5*time.Second, 10*time.Millisecond)
	require.NoError(t, e.Shutdown(t.Context()))
	assert.Equal(t, healing.EffectUnknown, (<-answer).Effect)
	assert.Eventually(t, gone(dir), 5*time.Second, 10*time.Millisecond)
	assert.Equal(t, healing.EffectNone, e.Execute(t.Context(), anOrder("k")).Effect)
}

func TestReadme(t *testing.T) { readme.Check(t, NewFactory()) }

func FuzzExpand(f *testing.F) {
	f.Add("pay", "2")
	f.Add("-rf", "$(id)")
	f.Fuzz(func(t *testing.T, service, level string) {
		o := anOrder("k")
		o.Target.Entity.Service, o.Params["level"] = service, level
		argv, err := expand([]string{"/bin/x", "a={service}", "{param.level}"}, o)
		if err != nil {
			return
		}
		require.Len(t, argv, 3)
		require.Regexp(t, word, strings.TrimPrefix(argv[1], "a="))
		require.Regexp(t, word, argv[2])
	})
}
