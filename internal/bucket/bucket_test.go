package bucket

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"gocloud.dev/blob/memblob"

	"github.com/kalends/kalends/internal/bucket/buckettest"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// opened opens the bucket of a store by keys that may not be seen.
func opened(t *testing.T, endpoint string) Bucket {
	t.Helper()
	b, err := Open(t.Context(), "s3://bucket", connect.Settings{
		Values:  map[string]string{fieldEndpoint: endpoint, fieldKeyID: "id"},
		Secrets: map[string]vault.Secret{fieldSecret: vault.NewSecret("hidden")},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// all reads what an object has from a place on.
func (b Bucket) all(t *testing.T, name string, offset, length int64) (string, State, error) {
	t.Helper()
	var text []byte
	state, err := b.Read(t.Context(), name, offset, length, func(r io.Reader) (err error) {
		text, err = io.ReadAll(r)
		return err
	})
	return string(text), state, err
}

func TestRead_tells_one_content_from_another(t *testing.T) {
	t.Parallel()
	store := buckettest.New(t, nil)
	tagged, plain := opened(t, store.URL), Bucket{memblob.OpenBucket(nil), Patience}
	for name, b := range map[string]Bucket{"by tag": tagged, "by size and time": plain} {
		put := func(content string) {
			if b.Bucket == tagged.Bucket {
				store.Put(t, "a/b", content)
			} else if err := b.WriteAll(t.Context(), "a/b", []byte(content), nil); err != nil {
				t.Fatal(err)
			}
		}
		put("0123456789")
		text, first, err := b.all(t, "a/b", 2, 3)
		if err != nil || text != "234" || first.Size != 10 {
			t.Errorf("%s: %q, %+v, %v", name, text, first, err)
		}
		if text, again, err := b.all(t, "a/b", 5, -1); err != nil || text != "56789" || again != first {
			t.Errorf("%s: %q, %+v, %v", name, text, again, err)
		}
		put("0123456789x")
		if _, changed, err := b.all(t, "a/b", 0, -1); err != nil || changed == first {
			t.Errorf("%s: %+v is as before, %v", name, changed, err)
		}
		if _, state, err := b.all(t, "a/c", 0, -1); !errors.Is(err, fs.ErrNotExist) || state != (State{}) {
			t.Errorf("%s: without the object: %+v, %v", name, state, err)
		}
		if _, err := b.Stat(t.Context(), "a/c"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
	store.Put(t, "a/b", "9876543210x")
	if _, state, err := tagged.all(t, "a/b", 0, 1); err != nil || state.Size != 11 {
		t.Errorf("%+v, %v", state, err)
	}
	if err := plain.Close(); err != nil {
		t.Error(err)
	}
}

func TestObjects_yields_names_or_folders(t *testing.T) {
	t.Parallel()
	store := buckettest.New(t, nil)
	for _, name := range []string{"a/1", "a/2", "a/b/3", "ab", "c"} {
		store.Put(t, name, "x")
	}
	b := opened(t, store.URL)
	for question, want := range map[[2]string][]string{
		{"", ""}: {"a/1", "a/2", "a/b/3", "ab", "c"}, {"", "/"}: {"a/", "ab", "c"}, {"a/", "/"}: {"a/1", "a/2", "a/b/"}, {"d", "/"}: nil,
	} {
		var got []string
		for name, err := range b.Objects(t.Context(), question[0], question[1]) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, name)
		}
		slices.Sort(got)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", question, d)
		}
	}
}

// refuses fails the test unless an error is of a kind, and says why and what to
// do and no secret.
func refuses(t *testing.T, err error, kind fault.Kind, says string) {
	t.Helper()
	f := fault.Sorted(t.Context(), "reading s3://bucket/x", err, func(err error) (fault.Kind, string, string) { return Means(err, "list objects") })
	if fault.KindOf(f) != kind || fault.HintOf(f) == "" || !strings.Contains(f.Error(), "reading s3://bucket/x: "+says) || strings.Contains(f.Error(), "hidden") || strings.Contains(f.Error(), "\n") {
		t.Errorf("%s, want %s: %v (%s)", fault.KindOf(f), kind, f, fault.HintOf(f))
	}
}

func TestRead_says_what_cut_or_kept_it(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	ended := make(chan struct{})
	answer := func(body func(http.ResponseWriter, *http.Request)) Bucket {
		server := httptest.NewServer(http.HandlerFunc(body))
		t.Cleanup(server.Close)
		return opened(t, server.URL)
	}
	halfway := func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", "10")
		_, _ = io.WriteString(w, "01234")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
	}
	cut := answer(func(w http.ResponseWriter, _ *http.Request) { halfway(w) })
	_, _, err := cut.all(t, "x", 0, -1)
	refuses(t, err, fault.Unavailable, "the answer was cut")

	silent := answer(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bucket/later" {
			halfway(w)
		}
		<-r.Context().Done()
		ended <- struct{}{}
	})
	silent.patience = 50 * time.Millisecond
	for _, name := range []string{"at-once", "later"} {
		_, _, err = silent.all(t, name, 0, -1)
		refuses(t, err, fault.Unavailable, "the store does not answer")
		<-ended
	}
	silent.patience = Patience
	ctx, cancel := context.WithCancel(t.Context())
	_, err = silent.Read(ctx, "later", 0, -1, func(r io.Reader) error {
		cancel()
		_, err := io.ReadAll(r)
		return err
	})
	<-ended
	if err := fault.Sorted(ctx, "reading x", err, nil); fault.KindOf(err) != fault.Canceled {
		t.Errorf("canceled: %v", err)
	}
}

func TestWatch_cancels_what_stalls_and_not_what_pauses(t *testing.T) {
	t.Parallel()
	b := Bucket{patience: time.Millisecond}
	ctx, watch := b.Watch(t.Context())
	watch.Pause()
	if err := watch.Why(io.EOF); !errors.Is(err, io.EOF) || ctx.Err() != nil {
		t.Errorf("it was canceled: %v", context.Cause(ctx))
	}
	watch.Step()
	<-ctx.Done()
	refuses(t, watch.Why(ctx.Err()), fault.Unavailable, "the store does not answer")
	watch.End()
}

func TestMeans_every_kind(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	for _, c := range []struct {
		status int
		code   string
		kind   fault.Kind
		says   string
	}{
		{http.StatusNotFound, "NoSuchBucket", fault.NotFound, "no such bucket"},
		{http.StatusForbidden, "AccessDenied", fault.Forbidden, "access is denied"},
		{http.StatusForbidden, "InvalidAccessKeyId", fault.Unauthorized, "key is refused"},
		{http.StatusForbidden, "SignatureDoesNotMatch", fault.Unauthorized, "key is refused"},
		{http.StatusServiceUnavailable, "SlowDown", fault.Unavailable, "does not answer"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, "<Error><Code>"+c.code+"</Code><Message>no</Message></Error>")
		}))
		t.Cleanup(server.Close)
		for _, err := range opened(t, server.URL).Objects(t.Context(), "", "") {
			refuses(t, err, c.kind, "")
			if _, why, hint := Means(err, "list objects"); !strings.Contains(why, c.says) || c.kind == fault.Forbidden && !strings.Contains(hint, "list objects") {
				t.Errorf("%s: %s (%s)", c.code, why, hint)
			}
		}
	}
	if kind, _, _ := Means(errors.New("what is this"), ""); kind != fault.Internal {
		t.Error(kind)
	}
}
