package backendtest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/otelheal/otelheal/event"
)

// secretVariable holds the secret: an argument could be read by every local user.
const secretVariable = "OTELHEAL_SIGNING_SECRET"

// New returns the command.
func New() *cobra.Command {
	var (
		o                      Options
		secretFile, headerFile string
		asJSON                 bool
	)
	cmd := &cobra.Command{
		Use:   "backend-test URL",
		Short: "Try a healing backend against the HTTP contract (docs/backend.md)",
		Long: `Try a healing backend against the HTTP contract of docs/backend.md.

URL takes actions. The signing secret is read from ` + secretVariable + ` or --secret-file.
All actions are dry runs unless --act is given: then one step is carried out, once,
on the target you name. A backend may page about what it refuses, so use one for tests.

The exit code is 0 if no check failed, else 1.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Endpoint = args[0]
			var err error
			if o.Secret, err = readSecret(secretFile); err != nil {
				return err
			}
			if o.Header, err = readHeader(headerFile); err != nil {
				return err
			}
			results, err := Run(cmd.Context(), o)
			if err != nil {
				return err
			}
			return report(cmd.OutOrStdout(), results, asJSON)
		},
	}
	f := cmd.Flags()
	f.StringVar(&secretFile, "secret-file", "", "file with the signing secret, instead of "+secretVariable)
	f.StringVar(&headerFile, "header-file", "", "file with headers to send, such as Authorization, one a line")
	f.DurationVar(&o.Timeout, "timeout", 5*time.Second, "for each answer; the exporter's default")
	f.DurationVar(&o.Settle, "settle", 2*time.Second, "how long an effect may take to show at --effects")
	f.StringVar(&o.Effects, "effects", "", `URL that answers with the number of effects so far, as 3 or {"effects": 3}`)
	f.BoolVar(&o.Act, "act", false, "let the step be carried out, once; needs --effects and a target")
	f.StringVar(&o.Target.Entity.Service, "service", "otelheal-backend-test", "service.name of the target")
	f.StringVar(&o.Target.Entity.Namespace, "namespace", "", "service.namespace of the target")
	f.StringVar(&o.Target.Entity.Instance, "instance", "", "service.instance.id of the target")
	f.StringVar(&o.Target.Entity.Host, "host", "", "host.name of the target")
	f.StringVar((*string)(&o.Target.Incarnation), "incarnation", "", "incarnation of the target, such as 4711@1700000000")
	f.StringVar(&o.Verb, "verb", "restart", "verb of the step")
	f.StringVar(&o.Executor, "executor", "backend_test", "executor of the step")
	f.BoolVar(&asJSON, "json", false, "print results as JSON")
	return cmd
}

// Run tries the backend.
func Run(ctx context.Context, o Options) ([]Result, error) {
	t, err := newTester(o)
	if err != nil {
		return nil, err
	}
	defer t.client.CloseIdleConnections()
	if !o.Act && t.opt.Target.Incarnation == "" {
		t.opt.Target.Incarnation = event.Incarnation("backend-test@" + t.run)
	}
	return t.runAll(ctx)
}

func readSecret(file string) (string, error) {
	if file == "" {
		if s := os.Getenv(secretVariable); s != "" {
			return s, nil
		}
		return "", errors.New("there is no signing secret: set " + secretVariable + ", or name a --secret-file")
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read --secret-file: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

func readHeader(file string) (http.Header, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read --header-file: %w", err)
	}
	lines := strings.NewReader(strings.TrimSpace(string(b)) + "\n\n")
	h, err := textproto.NewReader(bufio.NewReader(lines)).ReadMIMEHeader()
	if err != nil {
		return nil, errors.New("--header-file must have lines such as `Authorization: Bearer …`") // not the line itself
	}
	return http.Header(h), nil
}

// report prints the results; its error is the exit code.
func report(w io.Writer, results []Result, asJSON bool) error {
	count := map[Verdict]int{}
	for _, r := range results {
		count[r.Verdict]++
	}
	if asJSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		if err := e.Encode(results); err != nil {
			return err
		}
	} else {
		for _, r := range results {
			fmt.Fprintf(w, "%-6s  %-26s %s\n", r.Verdict, r.Check, r.Got)
			if r.Verdict != Pass {
				fmt.Fprintf(w, "        expected: %s\n        why:      %s\n", r.Expected, r.Why)
			}
		}
		fmt.Fprintf(w, "\n%d passed, %d failed, %d could not be seen\n", count[Pass], count[Fail], count[Unseen])
	}
	if n := count[Fail]; n > 0 {
		return fmt.Errorf("%d of %d checks failed", n, len(results))
	}
	return nil
}
