//go:build linux

package supervisor

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/otelheal/otelheal/healing"
)

// The test binary plays three parts: the tests, a supervised program, and an
// otelheal that dies by SIGKILL at a given step.
func TestMain(m *testing.M) {
	switch os.Getenv("TEST_ROLE") {
	case "program":
		playProgram()
	case "supervisor":
		playSupervisor()
	default:
		goleak.VerifyTestMain(m)
	}
}

// playProgram notes its start in the ledger and serves /healthz. Its release
// may hold a file "sick": then it is never healthy.
func playProgram() {
	note(os.Getenv("LEDGER"), fmt.Sprintf("%s %d %s", os.Getenv("INSTANCE"), os.Getpid(), filepath.Base(os.Getenv("RELEASE"))))
	terms := make(chan os.Signal, 1)
	signal.Notify(terms, syscall.SIGTERM)
	go func() {
		<-terms
		if os.Getenv("DEAF") == "" {
			os.Exit(0)
		}
	}()
	var hung atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		if hung.Load() {
			<-r.Context().Done()
		}
		if _, err := os.Stat(filepath.Join(os.Getenv("RELEASE"), "sick")); err == nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	mux.HandleFunc("/hang", func(http.ResponseWriter, *http.Request) { hung.Store(true) })
	mux.HandleFunc("/crash", func(http.ResponseWriter, *http.Request) { os.Exit(7) })
	l, err := net.Listen("tcp", os.Getenv("ADDR"))
	if err != nil {
		os.Exit(9)
	}
	_ = http.Serve(l, mux)
}

func note(path, line string) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		os.Exit(8)
	}
	_, _ = f.WriteString(line + "\n")
	_ = f.Close()
}

// script is what the playing otelheal is to do.
type script struct {
	Settings Settings
	Order    *healing.Order // given once all units are healthy; the incarnation is filled in
	DieAt    string
}

func playSupervisor() {
	var sc script
	b, err := os.ReadFile(os.Getenv("SCRIPT"))
	if err != nil || json.Unmarshal(b, &sc) != nil {
		os.Exit(3)
	}
	ordered := atomic.Bool{}
	sc.Settings.Failpoint = func(step string) {
		if step == sc.DieAt && (sc.Order == nil || ordered.Load()) {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	s, err := Start(context.Background(), sc.Settings)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(4)
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		all := true
		for _, u := range s.Inventory() {
			all = all && u.Status == "healthy" && !u.Planned
		}
		if all && sc.DieAt == "healthy" {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		if all && sc.Order != nil && ordered.CompareAndSwap(false, true) {
			go func() {
				o := *sc.Order
				if o.Target.Incarnation == "" {
					o.Target = s.Inventory()[0].Target
				}
				note(os.Getenv("SCRIPT")+".order", string(o.Target.Incarnation))
				s.Execute(context.Background(), o)
			}()
		}
	}
	os.Exit(5)
}
