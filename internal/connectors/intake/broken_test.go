package intake

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/kalends/kalends/internal/bucket/buckettest"
	"github.com/kalends/kalends/internal/fault"
)

// once lets through all requests for objects but the one of a number.
type once struct {
	mu      sync.Mutex
	n, at   int
	instead func(next http.Handler, w http.ResponseWriter, r *http.Request)
}

func (o *once) through(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Query().Get("list-type") == "" {
			o.mu.Lock()
			o.n++
			now := o.n == o.at
			o.mu.Unlock()
			if now {
				o.instead(next, w, r)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// set counts from one again.
func (o *once) set(at int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.n, o.at = 0, at
}

func (o *once) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.n
}

// cut answers with half of what there is.
func cut(next http.Handler, w http.ResponseWriter, r *http.Request) {
	whole := httptest.NewRecorder()
	next.ServeHTTP(whole, r)
	for name, values := range whole.Header() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(whole.Body.Len()))
	w.WriteHeader(whole.Code)
	_, _ = w.Write(whole.Body.Bytes()[:whole.Body.Len()/2])
}

// many is how many rows there are of ten kilobytes: more than a part.
const many = 500

// large are files of more than one part.
func large(t *testing.T) map[string]string {
	t.Helper()
	var text strings.Builder
	for i := range many {
		fmt.Fprintf(&text, `{"id":%d,"v":"%010000d"}`+"\n", i, i)
	}
	return map[string]string{
		"x.jsonl": text.String(), "x.parquet": columnsOf(t, many, 10_000), "x.csv": "id\n" + strings.Repeat(strings.Repeat("x", 10_000)+"\n", many),
		"x.jsonl.gz":  packed(t, text.String(), func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriterLevel(w, gzip.NoCompression) }),
		"x.jsonl.zst": packed(t, text.String(), func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }),
	}
}

func TestSource_a_cut_connection_ends_the_read_and_the_next_completes(t *testing.T) {
	if testing.Short() {
		t.Skip("much work and little beside it: the race detector would find nothing")
	}
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	cutter := &once{instead: cut}
	store := buckettest.New(t, cutter.through)
	for name, content := range large(t) {
		store.Put(t, name, content)
		at, failed := 1, 0
		for ; ; at += 1 + at/3 { // each of the first, and some of the rest
			cutter.set(at)
			_, rows, err := readAll(t, inBucket(store.URL, name), nil)
			if cutter.count() < at {
				break // there are fewer requests than that
			}
			if err == nil && len(rows) == many {
				continue // what begins Parquet is not needed
			}
			failed++
			if fault.KindOf(err) != fault.Unavailable || fault.FieldOf(err) != "from" || fault.HintOf(err) == "" || !strings.Contains(err.Error(), "s3://bucket/"+name+": the answer was cut") {
				t.Fatalf("%s, cut at %d: %s of %q: %v", name, at, fault.KindOf(err), fault.FieldOf(err), err)
			}
		}
		if failed < 2 {
			t.Errorf("%s: only %d requests were cut", name, failed)
		}
	}
}

func TestSource_an_object_that_changes_is_refused(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much work and little beside it: the race detector would find nothing")
	}
	all := large(t)
	for _, name := range []string{"x.jsonl", "x.parquet"} {
		content := all[name]
		var store buckettest.Store
		changer := &once{}
		changer.instead = func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			store.Put(t, name, content[:len(content)-2]+"-\n")
			next.ServeHTTP(w, r)
		}
		store = buckettest.New(t, changer.through)
		refusals := 0
		for at := 1; ; at += 1 + at/3 {
			store.Put(t, name, content)
			changer.set(at)
			_, _, err := readAll(t, inBucket(store.URL, name), nil)
			if changer.count() < at {
				break
			}
			if at == 1 {
				continue // before anything was read
			}
			refusals++
			if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "changed while it was read") || fault.HintOf(err) == "" {
				t.Fatalf("%s, changed at %d: %v", name, at, err)
			}
		}
		if refusals == 0 {
			t.Errorf("%s was never changed", name)
		}
	}
}

func TestSource_says_what_is_wrong_with_a_bucket(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	answers := func(status int, code string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "<Error><Code>"+code+"</Code><Message>no</Message></Error>")
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	store := buckettest.New(t, nil)
	store.Put(t, "folder/x.csv", "a\n1\n")
	listless := buckettest.New(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("list-type") != "" {
				w.WriteHeader(http.StatusForbidden)
				_, _ = io.WriteString(w, "<Error><Code>AccessDenied</Code></Error>")
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	listless.Put(t, "x.csv", "a\n1\n")
	if _, rows, err := readAll(t, inBucket(listless.URL, "x.csv"), nil); err != nil || len(rows) != 1 {
		t.Errorf("by a key that lists nothing: %v, %v", rows, err)
	}
	for _, c := range []struct {
		endpoint, path string
		kind           fault.Kind
		says, hint     string
	}{
		{store.URL, "y.csv", fault.NotFound, "there is no file s3://bucket/y.csv", "check the name"},
		{store.URL, "y*.csv", fault.NotFound, "there is no file s3://bucket/y*.csv", "check the name"},
		{store.URL, "folder", fault.Invalid, "is a folder", "s3://bucket/folder/*.csv"},
		{listless.URL, "*.csv", fault.Forbidden, "denied", "list and read objects"},
		{answers(http.StatusNotFound, "NoSuchBucket"), "x.csv", fault.NotFound, "no such bucket", "region"},
		{answers(http.StatusForbidden, "InvalidAccessKeyId"), "x.csv", fault.Unauthorized, "key is refused", "new one"},
		{answers(http.StatusInternalServerError, "Something"), "x*.csv", fault.Unavailable, "does not answer", "run it again"},
		{"http://127.0.0.1:1", "x.csv", fault.Unavailable, "does not answer", "run it again"},
	} {
		_, _, err := readAll(t, inBucket(c.endpoint, c.path), nil)
		if fault.KindOf(err) != c.kind || fault.FieldOf(err) != "from" || !strings.Contains(fmt.Sprint(err), c.says) || !strings.Contains(fault.HintOf(err), c.hint) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %s of %q: %v (%s)", c.path, fault.KindOf(err), fault.FieldOf(err), err, fault.HintOf(err))
		}
	}
}

// Some stores unpack what is marked so, and then parts of it cannot be asked for.
func TestOpen_refuses_what_another_store_may_unpack(t *testing.T) {
	t.Parallel()
	store := buckettest.New(t, nil)
	store.PutPacked(t, "x.csv", packed(t, "a\n1\n", func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil }))
	if _, rows, err := readAll(t, inBucket(store.URL, "x.csv"), nil); err != nil || len(rows) != 1 {
		t.Errorf("%v, %v", rows, err)
	}
	at, err := openObjects(t.Context(), "s3://bucket/x.csv", inBucket(store.URL, ""), &states{})
	if err != nil {
		t.Fatal(err)
	}
	other := at.(objects)
	other.root = "gs://bucket/"
	if _, err := other.open(t.Context(), "gs://bucket/x.csv"); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "gzip") || fault.HintOf(err) == "" {
		t.Error(err)
	}
}
