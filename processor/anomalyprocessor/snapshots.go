package anomalyprocessor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/extension/xextension/storage"
	"go.uber.org/zap"

	"github.com/otelheal/otelheal/detector"
)

// snapshots keeps the store in a storage extension: the chunks under one of two
// generations, then the manifest, which names the generation that is whole. A
// stop in the middle leaves the older generation in force.
//
//	v1/0/0 … v1/0/n   v1/1/0 … v1/1/m   v1/manifest
type snapshots struct {
	client  storage.Client
	present manifest
	failed  bool // the last write failed and was logged
}

type manifest struct {
	Generation int    `json:"generation"`
	Chunks     [2]int `json:"chunks"` // of each generation, so that leftovers are removed
}

const manifestKey = "v1/manifest"

func chunkKey(generation, i int) string { return fmt.Sprintf("v1/%d/%d", generation, i) }

// maxChunks bounds what a manifest may claim: 2²⁴ series of 8 KiB.
const maxChunks = 1 << 17

// openSnapshots opens the client of the storage extension.
func openSnapshots(ctx context.Context, host component.Host, id, owner component.ID) (*snapshots, error) {
	ext, ok := host.GetExtensions()[id]
	if !ok {
		return nil, fmt.Errorf("`storage` names %q, which is not among the extensions that run; add it to `extensions` and to `service::extensions`", id)
	}
	s, ok := ext.(storage.Extension)
	if !ok {
		return nil, fmt.Errorf("`storage` names %q, which is no storage extension; use one such as `file_storage`", id)
	}
	client, err := s.GetClient(ctx, component.KindProcessor, owner, "")
	if err != nil {
		return nil, fmt.Errorf("open storage %q: %w", id, err)
	}
	return &snapshots{client: client}, nil
}

// read returns the chunks of the generation in force; none if there is no snapshot.
func (s *snapshots) read(ctx context.Context) ([][]byte, error) {
	raw, err := s.client.Get(ctx, manifestKey)
	if err != nil || raw == nil {
		return nil, err
	}
	var m manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("read manifest: %w", err)
	}
	if m.Generation < 0 || m.Generation > 1 || min(m.Chunks[0], m.Chunks[1]) < 0 || max(m.Chunks[0], m.Chunks[1]) > maxChunks {
		return nil, errors.New("read manifest: out of range")
	}
	s.present = m
	chunks := make([][]byte, m.Chunks[m.Generation])
	for i := range chunks {
		if chunks[i], err = s.client.Get(ctx, chunkKey(m.Generation, i)); err != nil {
			return nil, fmt.Errorf("read chunk %d: %w", i, err)
		}
	}
	return chunks, nil
}

// write puts the chunks into the other generation, then the manifest.
func (s *snapshots) write(ctx context.Context, chunks [][]byte) error {
	next := s.present
	next.Generation = 1 - s.present.Generation
	next.Chunks[next.Generation] = len(chunks)
	for i, c := range chunks {
		if err := s.client.Set(ctx, chunkKey(next.Generation, i), c); err != nil {
			return fmt.Errorf("write chunk %d: %w", i, err)
		}
	}
	for i := len(chunks); i < s.present.Chunks[next.Generation]; i++ {
		if err := s.client.Delete(ctx, chunkKey(next.Generation, i)); err != nil {
			return fmt.Errorf("remove chunk %d: %w", i, err)
		}
	}
	raw, err := json.Marshal(next)
	if err != nil {
		return err
	}
	if err := s.client.Set(ctx, manifestKey, raw); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	s.present = next
	return nil
}

func (s *snapshots) close(ctx context.Context) error { return s.client.Close(ctx) }

// restore takes over the last snapshot. Without a good one the engine learns
// anew, which is never an error.
func (e *engine) restore(ctx context.Context) {
	chunks, err := e.snapshots.read(ctx)
	if err == nil && chunks == nil {
		e.countSnapshot(ctx, "none")
		return
	}
	var store *detector.Store
	if err == nil {
		store, err = detector.Decode(e.store.Settings(), chunks, e.now().UnixNano())
	}
	if err != nil {
		e.countSnapshot(ctx, "discarded")
		e.logger.Warn("snapshot discarded, learning anew", zap.Error(err))
		return
	}
	e.mu.Lock()
	e.use(store)
	series := store.Stats().Series
	e.mu.Unlock()
	e.countSnapshot(ctx, "restored")
	e.logger.Info("snapshot restored", zap.Int("series", series))
}

// recordsAtOnce are written before the stream may go on: about a millisecond.
const recordsAtOnce = 2000

// save writes a snapshot. A failure is logged when it begins.
func (e *engine) save(ctx context.Context) {
	e.mu.Lock()
	encoder := e.store.NewEncoder(e.now().UnixNano())
	e.mu.Unlock()
	for more := true; more; {
		e.mu.Lock()
		more = encoder.Step(recordsAtOnce)
		e.mu.Unlock()
	}
	err := e.snapshots.write(ctx, encoder.Chunks())
	if err == nil {
		e.countSnapshot(ctx, "written")
	} else {
		e.countSnapshot(ctx, "failed")
		if !e.snapshots.failed {
			e.logger.Warn("write snapshot", zap.Error(err))
		}
	}
	e.snapshots.failed = err != nil
}
