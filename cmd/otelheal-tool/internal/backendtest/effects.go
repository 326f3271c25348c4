package backendtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// effects is how many there were so far: zero if nobody counts them.
func (t *tester) effects(ctx context.Context) (int, error) {
	if t.opt.Effects == "" {
		return 0, nil
	}
	code, body, err := t.get(ctx, t.opt.Effects)
	if err != nil {
		return 0, fmt.Errorf("read --effects: %w", err)
	}
	if code != http.StatusOK {
		return 0, fmt.Errorf("--effects answered %d, want 200", code)
	}
	if n, err := strconv.Atoi(string(bytes.TrimSpace(body))); err == nil {
		return n, nil
	}
	var object struct {
		Effects *int `json:"effects"`
	}
	if json.Unmarshal(body, &object) != nil || object.Effects == nil {
		return 0, fmt.Errorf(`--effects must answer with a number, or {"effects": a number}, found something else`)
	}
	return *object.Effects, nil
}

// settled is the number of effects once there had been time for another one.
func (t *tester) settled(ctx context.Context, want int) (int, error) {
	if t.opt.Effects == "" {
		return want, nil
	}
	for end := time.Now().Add(t.opt.Settle); ; pause(ctx, pollEvery) {
		n, err := t.effects(ctx)
		if err != nil || n > want || time.Now().After(end) {
			return n, err
		}
	}
}

// awaitEffects waits until there are that many, or none can come any more.
func (t *tester) awaitEffects(ctx context.Context, want int) {
	for end := time.Now().Add(t.opt.Settle); t.opt.Effects != "" && time.Now().Before(end); pause(ctx, pollEvery) {
		if n, err := t.effects(ctx); err != nil || n >= want {
			return
		}
	}
}
