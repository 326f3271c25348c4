package control

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// Serve answers POST requests on a unix socket until the function it returns is called. handle gets the decoded body of
// requests to path, and returns an error to be answered with status 400.
func Serve[T any](socket, path string, handle func(T) error) (stop func(), err error) {
	if err := os.MkdirAll(filepath.Dir(socket), 0o700); err != nil {
		return nil, err
	}
	// A process that was killed has left its socket behind; who listened there is gone.
	if err := os.Remove(socket); err != nil && !os.IsNotExist(err) {
		return nil, err
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		var body T
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4096)).Decode(&body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if err := handle(body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	return func() {
		_ = server.Close()
		<-done
	}, nil
}

// Instruction is the body of a request to /fault.
type Instruction struct {
	Kind string `json:"kind"`
}

// ServeProcess serves the instructions of one process.
func ServeProcess(socket string, p *Process) (stop func(), err error) {
	return Serve(socket, "/fault", func(i Instruction) error {
		if !p.Apply(i.Kind) {
			return fmt.Errorf("`kind` must be crash, hang, slow, errors, cpu, memory or none, found %q", i.Kind)
		}
		return nil
	})
}
