// Command record runs the shop without any fault and writes down the telemetry
// that it sends, for test/eval to stretch into days.
//
//	record SHOP OUT.gz [SECONDS]
//
// OUT is a gzip stream of records: one byte for the signal (t, m, l), the time
// since the beginning in ms (8 bytes), the length (4 bytes), all big endian,
// and the body of the OTLP/HTTP request as protobuf.
package main

import (
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/otelheal/otelheal/examples/shop/topology"
)

// warmUp is left out: programs that have just started are no normal day.
const warmUp = 15 * time.Second

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: record SHOP OUT.gz [SECONDS]")
	}
	seconds := 60
	if len(os.Args) > 3 {
		n, err := strconv.Atoi(os.Args[3])
		if err != nil {
			log.Fatal(err)
		}
		seconds = n
	}
	if err := run(os.Args[1], os.Args[2], time.Duration(seconds)*time.Second); err != nil {
		log.Fatal(err)
	}
}

func run(shop, out string, length time.Duration) error {
	dir, err := os.MkdirTemp("", "shop-record-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	zip := gzip.NewWriter(file)
	sink := &sink{out: zip}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: sink}
	go func() { _ = server.Serve(listener) }()

	stop, err := start(shop, dir, "http://"+listener.Addr().String())
	if err != nil {
		return err
	}
	time.Sleep(warmUp)
	sink.begin()
	time.Sleep(length)
	sink.end()
	stop()
	if err := server.Close(); err != nil {
		return err
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return file.Close()
}

// start runs the whole shop with its bank and its customers.
func start(shop, dir, otlp string) (stop func(), err error) {
	t := topology.Standard(dir, 21100, otlp, nil)
	for _, d := range []string{t.ControlDir, t.DataDir} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	path := filepath.Join(dir, "topology.json")
	if err := t.Write(path); err != nil {
		return nil, err
	}
	commands := [][]string{{"bank", "--topology", path}}
	for _, s := range t.Services {
		for _, i := range s.Instances {
			commands = append(commands, []string{"serve", "--topology", path, "--role", string(s.Role), "--instance", i.ID})
		}
	}
	commands = append(commands, []string{"load", "--topology", path, "--out", filepath.Join(dir, "witness.jsonl")})
	var running []*exec.Cmd
	stop = func() {
		for _, c := range running {
			_ = c.Process.Signal(syscall.SIGTERM)
		}
		for _, c := range running {
			_ = c.Wait()
		}
	}
	for _, args := range commands {
		c := exec.Command(shop, args...)
		c.Stderr = os.Stderr
		if err := c.Start(); err != nil {
			stop()
			return nil, fmt.Errorf("start %v: %w", args, err)
		}
		running = append(running, c)
	}
	return stop, nil
}

// sink takes OTLP over HTTP and writes it down between begin and end.
type sink struct {
	mu    sync.Mutex // guards what follows
	out   io.Writer
	began time.Time // zero: not recording
}

func (s *sink) begin() { s.mu.Lock(); defer s.mu.Unlock(); s.began = time.Now() }

func (s *sink) end() { s.mu.Lock(); defer s.mu.Unlock(); s.began = time.Time{} }

// ServeHTTP implements http.Handler.
func (s *sink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		body = unzipped
	}
	data, err := io.ReadAll(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.began.IsZero() {
		return
	}
	head := append([]byte{r.URL.Path[len("/v1/")]}, make([]byte, 12)...)
	binary.BigEndian.PutUint64(head[1:], uint64(time.Since(s.began).Milliseconds()))
	binary.BigEndian.PutUint32(head[9:], uint32(len(data)))
	if _, err := s.out.Write(append(head, data...)); err != nil {
		log.Fatal(err)
	}
}
