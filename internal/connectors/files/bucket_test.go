package files

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kalends/kalends/internal/bucket/buckettest"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

// bucketAt is a prefix of a bucket of a store that speaks S3, in this process.
type bucketAt struct {
	endpoint, query string
	// read is a folder where Rows keeps files that never change: those of logs.
	read string
}

func (b bucketAt) settings(t testing.TB) connect.Settings {
	t.Helper()
	s := connect.Settings{Values: at{query: b.query}.values(t), Secrets: map[string]vault.Secret{"secret_access_key": vault.NewSecret("secret")}}
	return s.With(map[string]string{"url": "s3://bucket/a/prefix", "endpoint": b.endpoint, "access_key_id": "id"})
}

func (b bucketAt) Open(t testing.TB) connect.Destination {
	t.Helper()
	d, err := New().OpenDestination(t.Context(), b.settings(t))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Rows copies the objects to a folder, which has the same files.
func (b bucketAt) Rows(t testing.TB, s connect.Stream) []map[string]any {
	t.Helper()
	copied := at{b.read, b.query}
	place, err := openPlace(t.Context(), b.settings(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := place.release(); err != nil {
			t.Error(err)
		}
	}()
	if !strings.Contains(b.query, logs) {
		copied.folder = inMemory(t)
	}
	names, err := place.store.List(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		path := filepath.Join(copied.folder, filepath.FromSlash(name))
		if _, err := os.Stat(path); err == nil && strings.Contains(b.query, logs) && !strings.HasPrefix(name, own) {
			continue
		}
		f, err := place.store.Open(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		if err := errors.Join(err, f.Close(), os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, text, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return copied.Rows(t, s)
}

func TestDestination_in_a_bucket(t *testing.T) { //nolint:paralleltest // the suite looks at the heap
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Run("snapshot", func(t *testing.T) {
		endpoint := buckettest.New(t, nil).URL
		place := bucketAt{endpoint: endpoint, query: "format=parquet&partition=start:month"}
		for n := range 3 {
			d := place.Open(t)
			if err := errors.Join(connecttest.PrepareLoad(t.Context(), d), connecttest.WriteLoad(t.Context(), d, n, func() {}), d.Close()); err != nil {
				t.Fatal(err)
			}
			if got := connecttest.Loaded(t, place); got != n+1 {
				t.Errorf("%d batches after %d runs", got, n+1)
			}
		}
	})
	t.Run("log", func(t *testing.T) {
		connecttest.TestDestination(t, connecttest.Harness{InfinityRefused: true, Fresh: func(t testing.TB) connecttest.Place {
			t.Helper()
			return bucketAt{buckettest.New(t, nil).URL, "layout=log&compress=zstd", inMemory(t)}
		}})
	})
}

func TestOpen_says_what_is_wrong_with_a_bucket(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	answers := func(status int, code string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code><Message>no</Message></Error>")
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for endpoint, want := range map[string]fault.Kind{
		answers(http.StatusNotFound, "NoSuchBucket"):         fault.NotFound,
		answers(http.StatusForbidden, "AccessDenied"):        fault.Forbidden,
		answers(http.StatusForbidden, "InvalidAccessKeyId"):  fault.Unauthorized,
		answers(http.StatusServiceUnavailable, "SlowDown"):   fault.Unavailable,
		answers(http.StatusInternalServerError, "Something"): fault.Unavailable,
		nobody: fault.Unavailable,
	} {
		place := bucketAt{endpoint: endpoint}
		for doing, try := range map[string]func(context.Context, connect.Settings) error{
			"opening":   func(ctx context.Context, s connect.Settings) error { _, err := open(ctx, s); return err },
			"verifying": func(ctx context.Context, s connect.Settings) error { _, err := verify(ctx, s); return err },
		} {
			err := try(t.Context(), place.settings(t))
			if fault.KindOf(err) != want || fault.HintOf(err) == "" || fault.FieldOf(err) == "" || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: %s, field %q, hint %q, want %s: %v", doing, fault.KindOf(err), fault.FieldOf(err), fault.HintOf(err), want, err)
			}
		}
	}
}

func TestVerify_tries_the_place_and_leaves_nothing(t *testing.T) {
	t.Parallel()
	place := bucketAt{endpoint: buckettest.New(t, nil).URL, query: "format=parquet"}
	v, err := verify(t.Context(), place.settings(t))
	if err != nil || v.Values["url"] != "s3://bucket/a/prefix" || len(v.Facts) == 0 {
		t.Errorf("%+v: %v", v, err)
	}
	local := at{filepath.Join(t.TempDir(), "copy"), ""}
	if _, err := verify(t.Context(), connect.Settings{Values: local.values(t)}); err != nil {
		t.Error(err)
	}
	names, err := anyStore(local.folder).List(t.Context(), own+"probe")
	if err != nil || len(names) > 0 {
		t.Errorf("%v is left: %v", names, err)
	}
	bad := place.settings(t)
	bad.Secrets = nil
	if _, err := verify(t.Context(), bad); fault.FieldOf(err) != "secret_access_key" {
		t.Errorf("without the secret: %v", err)
	}
}

func TestVerify_takes_a_key_that_only_reads(t *testing.T) {
	t.Parallel()
	store := buckettest.New(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet && r.Method != http.MethodHead {
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, "<Error><Code>AccessDenied</Code></Error>")
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	place := bucketAt{endpoint: store.URL}
	v, err := verify(t.Context(), place.settings(t))
	if err != nil || v.Facts[2] != (connect.Fact{Name: "may_write", Title: "May write", Value: "no"}) {
		t.Errorf("%+v: %v", v.Facts, err)
	}
}
