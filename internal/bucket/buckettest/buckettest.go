// Package buckettest is a store in this process that speaks S3, for tests.
package buckettest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// Store is a store with a bucket named "bucket".
type Store struct {
	URL     string
	backend gofakes3.Backend
}

// New starts a store, which is stopped when the test ends. If through is not
// nil, requests go through what it returns.
func New(t testing.TB, through func(http.Handler) http.Handler) Store {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("bucket"); err != nil {
		t.Fatal(err)
	}
	handler := gofakes3.New(backend).Server()
	if through != nil {
		handler = through(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return Store{URL: server.URL, backend: backend}
}

// Put puts an object into the bucket, in place of the one that has its name.
func (s Store) Put(t testing.TB, name, content string) {
	t.Helper()
	s.put(t, name, content, map[string]string{})
}

// PutPacked puts an object that is marked as packed by gzip.
func (s Store) PutPacked(t testing.TB, name, content string) {
	t.Helper()
	s.put(t, name, content, map[string]string{"Content-Encoding": "gzip"})
}

func (s Store) put(t testing.TB, name, content string, meta map[string]string) {
	t.Helper()
	if _, err := s.backend.PutObject("bucket", name, meta, strings.NewReader(content), int64(len(content)), nil); err != nil {
		t.Fatal(err)
	}
}
