// Package store is a database inside a process (bbolt), with a client span for each operation.
package store

import (
	"context"
	"encoding/json"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"
)

const (
	scope = "github.com/otelheal/otelheal/examples/shop/internal/store"

	// lockPatience is how long a new process waits for the one before it to let go of the file.
	lockPatience = 5 * time.Second
)

// Store is an open database with one collection.
type Store struct {
	db         *bolt.DB
	name       string
	collection string
	tracer     trace.Tracer
}

// Open opens the database of an instance in dir, or makes it.
func Open(dir, instance, collection string) (*Store, error) {
	// Losing the last second of carts in a power cut is a price the shop pays for not waiting for the disk.
	db, err := bolt.Open(filepath.Join(dir, instance+".db"), 0o600, &bolt.Options{Timeout: lockPatience, NoSync: true})
	if err != nil {
		return nil, err
	}
	err = db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucketIfNotExists([]byte(collection))
		return err
	})
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return &Store{db: db, name: instance, collection: collection, tracer: otel.Tracer(scope)}, nil
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

// Get reads what is kept under a key into value, and leaves value alone if there is nothing.
func (s *Store) Get(ctx context.Context, key string, value any) error {
	return s.span(ctx, "get", func() error {
		return s.db.View(func(tx *bolt.Tx) error { return s.read(tx, key, value) })
	})
}

// Update reads what is kept under a key into value, lets change alter it, and keeps the result.
func (s *Store) Update(ctx context.Context, key string, value any, change func()) error {
	return s.span(ctx, "put", func() error {
		return s.db.Update(func(tx *bolt.Tx) error {
			if err := s.read(tx, key, value); err != nil {
				return err
			}
			change()
			content, err := json.Marshal(value)
			if err != nil {
				return err
			}
			return tx.Bucket([]byte(s.collection)).Put([]byte(key), content)
		})
	})
}

// Delete forgets what is kept under a key.
func (s *Store) Delete(ctx context.Context, key string) error {
	return s.span(ctx, "delete", func() error {
		return s.db.Update(func(tx *bolt.Tx) error { return tx.Bucket([]byte(s.collection)).Delete([]byte(key)) })
	})
}

func (s *Store) read(tx *bolt.Tx, key string, value any) error {
	content := tx.Bucket([]byte(s.collection)).Get([]byte(key))
	if content == nil {
		return nil
	}
	return json.Unmarshal(content, value)
}

func (s *Store) span(ctx context.Context, operation string, f func() error) error {
	_, span := s.tracer.Start(ctx, operation+" "+s.collection, trace.WithSpanKind(trace.SpanKindClient),
		trace.WithAttributes(
			attribute.String(string(semconv.DBSystemNameKey), "bbolt"),
			semconv.DBNamespace(s.name),
			semconv.DBCollectionName(s.collection),
			semconv.DBOperationName(operation),
		))
	defer span.End()
	err := f()
	if err != nil {
		span.RecordError(err)
		span.SetStatus(codes.Error, err.Error())
	}
	return err
}
