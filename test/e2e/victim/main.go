// Command victim is a program for process_executor to supervise in tests: an
// HTTP server that notes its start in a ledger and hangs on SIGUSR1.
//
//	victim ADDRESS LEDGER NAME
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	address, path, name := os.Args[1], os.Args[2], os.Args[3]
	ledger, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		log.Fatal(err)
	}
	// One write of one line: starts of several processes never mix.
	if _, err := fmt.Fprintf(ledger, "%s %d %d\n", name, os.Getpid(), time.Now().UnixNano()); err != nil {
		log.Fatal(err)
	}
	var hangs atomic.Bool
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGTERM)
	go func() {
		for s := range signals {
			if s == syscall.SIGTERM {
				os.Exit(0)
			}
			hangs.Store(true)
		}
	}()
	log.Fatal(http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hangs.Load() {
			<-r.Context().Done() // accepts, never answers
			return
		}
		fmt.Fprintln(w, "ok")
	})))
}
