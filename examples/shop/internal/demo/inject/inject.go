// Package inject breaks the shop and mends by hand what no action may mend. It
// speaks to the processes over their unix sockets, so that nothing of it can be
// seen in what they export.
package inject

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"
)

// post sends v to a path behind a unix socket.
func post(ctx context.Context, socket, path string, v any) error {
	client := &http.Client{
		Timeout: 5 * time.Second,
		Transport: &http.Transport{
			DisableKeepAlives: true,
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, "unix", socket)
			},
		},
	}
	return send(ctx, client, "http://socket"+path, v)
}

func send(ctx context.Context, client *http.Client, url string, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 512))
		return fmt.Errorf("%s answered %s: %s", url, resp.Status, bytes.TrimSpace(text))
	}
	return nil
}

// Fault puts a fault into the process behind the socket; "none" takes it away.
func Fault(ctx context.Context, socket, kind string) error {
	return post(ctx, socket, "/fault", map[string]string{"kind": kind})
}

// Rate multiplies what the load generator sends.
func Rate(ctx context.Context, socket string, factor float64) error {
	return post(ctx, socket, "/rate", map[string]float64{"factor": factor})
}

// Degrade sets how much the frontend leaves out; 0 is nothing.
func Degrade(ctx context.Context, frontend string, level int) error {
	client := &http.Client{Timeout: 5 * time.Second}
	return send(ctx, client, "http://"+frontend+"/admin/degrade", map[string]int{"level": level})
}

// Flip makes the link point to another release, at once.
func Flip(link, release string) error {
	next := link + ".next"
	if err := os.Symlink(release, next); err != nil {
		return err
	}
	return os.Rename(next, link)
}
