package httpexecutor

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/otelheal/otelheal/healing"
)

const (
	firstPause = 200 * time.Millisecond
	longPause  = 5 * time.Second
	maxAnswer  = 64 << 10 // bytes of a body read so that the connection can be used again
)

// send carries out an order. Only an idempotent verb is sent again, until the
// order's deadline.
func send(ctx context.Context, client *http.Client, v *VerbConfig, o healing.Order) healing.Result {
	body, err := json.Marshal(o)
	if err != nil {
		return result(healing.EffectRefused, "encoding the order: "+err.Error())
	}
	touched := false // an attempt may have reached the server's hand
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		effect, detail, again := attempt(ctx, client, v, o, body)
		touched = touched || effect == healing.EffectUnknown
		if !again || !v.Idempotent {
			r := result(effect, detail)
			if effect == healing.EffectDone {
				r.Now = o.Target
			}
			return r
		}
		if !wait(ctx, pause) {
			if touched {
				return result(healing.EffectFailed, "no success until the deadline: "+detail)
			}
			return result(effect, detail)
		}
	}
}

func attempt(
	ctx context.Context, client *http.Client, v *VerbConfig, o healing.Order, body []byte,
) (effect healing.Effect, detail string, again bool) {
	req, err := http.NewRequestWithContext(ctx, v.Method, v.URL, bytes.NewReader(body))
	if err != nil {
		return healing.EffectRefused, err.Error(), false
	}
	for name, value := range v.Headers {
		req.Header.Set(name, string(value))
	}
	req.Header.Set("Content-Type", "application/json")
	// Quoted, so that nothing in them can end the header's value.
	req.Header.Set("If-Match", strconv.QuoteToASCII(string(o.Target.Incarnation)))
	req.Header.Set("Idempotency-Key", strconv.QuoteToASCII(o.Key))
	status, err := do(client, req)
	if err != nil {
		return judgeError(err)
	}
	return judge(status, v.ExpectedStatus)
}

func do(client *http.Client, req *http.Request) (int, error) {
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, maxAnswer)) // the status is the answer
	return resp.StatusCode, nil
}

// wait pauses; false: ctx ended first.
func wait(ctx context.Context, pause time.Duration) bool {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
