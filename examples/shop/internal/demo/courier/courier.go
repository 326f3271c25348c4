// Package courier sends numbered log records to a collector and remembers which
// of them it acknowledged: each of those must arrive at the other end.
package courier

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Number is the attribute that carries the number of a record.
const Number = "record.number"

// Courier sends records until it is stopped.
type Courier struct {
	url    string
	cancel context.CancelFunc
	done   chan struct{}

	mu    sync.Mutex // guards acked
	acked []int
}

// Send begins to send a record each interval to an OTLP/HTTP receiver.
func Send(base string, interval time.Duration) *Courier {
	ctx, cancel := context.WithCancel(context.Background())
	c := &Courier{url: base + "/v1/logs", cancel: cancel, done: make(chan struct{})}
	go c.run(ctx, interval)
	return c
}

// Stop ends the sending and returns the numbers that were acknowledged.
func (c *Courier) Stop() []int {
	c.cancel()
	<-c.done
	return c.Acked()
}

// Acked are the numbers that were acknowledged so far.
func (c *Courier) Acked() []int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]int(nil), c.acked...)
}

func (c *Courier) run(ctx context.Context, interval time.Duration) {
	defer close(c.done)
	client := &http.Client{Timeout: 2 * time.Second}
	defer client.CloseIdleConnections()
	ticks := time.NewTicker(interval)
	defer ticks.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		if c.post(ctx, client, n) {
			c.mu.Lock()
			c.acked = append(c.acked, n)
			c.mu.Unlock()
		}
	}
}

// post sends one record and tells whether the collector took it upon itself.
func (c *Courier) post(ctx context.Context, client *http.Client, n int) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(record(n, time.Now())))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == http.StatusOK
}

type object map[string]any

// record is one log record as OTLP's JSON has it.
func record(n int, at time.Time) []byte {
	text := func(s string) object { return object{"stringValue": s} }
	body, err := json.Marshal(object{"resourceLogs": []object{{
		"resource": object{"attributes": []object{{"key": "service.name", "value": text("courier")}}},
		"scopeLogs": []object{{"logRecords": []object{{
			"timeUnixNano":   strconv.FormatInt(at.UnixNano(), 10),
			"severityNumber": 9,
			"body":           text("record " + strconv.Itoa(n)),
			"attributes":     []object{{"key": Number, "value": object{"intValue": strconv.Itoa(n)}}},
		}}}},
	}}})
	if err != nil {
		panic(err) // a literal of strings and numbers
	}
	return body
}
