// Command backend is a small healing backend that keeps the contract of
// docs/backend.md. It counts what it would do: put your repair into act.
package main

import (
	"cmp"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func main() {
	secret := os.Getenv("SIGNING_SECRET")
	hook, err := standardwebhooks.NewWebhook(secret)
	if err != nil || len(secret) < 32 { // an empty secret would let everybody in
		log.Fatal("SIGNING_SECRET must be that of the recovery exporter: whsec_ and base64 of 24 bytes or more")
	}
	journal, err := openJournal(cmp.Or(os.Getenv("JOURNAL"), "backend.journal"))
	if err != nil {
		log.Fatal(err)
	}
	b := &backend{hook: hook, journal: journal}
	http.HandleFunc("POST /v1/actions", b.take)
	http.HandleFunc("GET /v1/actions/{id}", b.tell)
	http.HandleFunc("GET /effects", func(w http.ResponseWriter, _ *http.Request) {
		b.mu.Lock()
		defer b.mu.Unlock()
		fmt.Fprint(w, b.effects)
	})
	listener, err := net.Listen("tcp", cmp.Or(os.Getenv("LISTEN"), "127.0.0.1:8086"))
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("taking actions at http://%s/v1/actions", listener.Addr())
	log.Fatal((&http.Server{ReadTimeout: 10 * time.Second}).Serve(listener))
}
