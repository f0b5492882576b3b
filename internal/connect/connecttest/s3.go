package connecttest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// S3 is a store in this process that speaks S3, with a bucket named "bucket".
type S3 struct {
	URL     string
	backend gofakes3.Backend
}

// NewS3 starts a store, which is stopped when the test ends. If through is not
// nil, requests go through what it returns.
func NewS3(t testing.TB, through func(http.Handler) http.Handler) S3 {
	t.Helper()
	backend := s3mem.New()
	must(t, "making a bucket", backend.CreateBucket("bucket"))
	handler := gofakes3.New(backend).Server()
	if through != nil {
		handler = through(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return S3{URL: server.URL, backend: backend}
}

// Put puts an object into the bucket, in place of the one that has its name.
func (s S3) Put(t testing.TB, name, content string) {
	t.Helper()
	s.put(t, name, content, map[string]string{})
}

// PutPacked puts an object that is marked as packed by gzip.
func (s S3) PutPacked(t testing.TB, name, content string) {
	t.Helper()
	s.put(t, name, content, map[string]string{"Content-Encoding": "gzip"})
}

func (s S3) put(t testing.TB, name, content string, meta map[string]string) {
	t.Helper()
	_, err := s.backend.PutObject("bucket", name, meta, strings.NewReader(content), int64(len(content)), nil)
	must(t, "putting "+name, err)
}
