package intake

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"go.uber.org/goleak"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// inBucket returns the settings of an address in a store.
func inBucket(endpoint, path string, options ...string) connect.Settings {
	values := map[string]string{fieldPath: "s3://bucket/" + path, "endpoint": endpoint, "access_key_id": "id"}
	for i := 0; i < len(options); i += 2 {
		values[options[i]] = options[i+1]
	}
	return connect.Settings{Values: values, Secrets: map[string]vault.Secret{"secret_access_key": vault.NewSecret("hidden")}}
}

// contents are the same people in every format, by the names of files.
func contents(t *testing.T) map[string]string {
	t.Helper()
	zipped := func(text string) string {
		return packed(t, text, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
	}
	lines := `{"id":1,"name":"Ann"}` + "\n" + `{"id":2,"name":"Zoë"}` + "\n"
	var columns bytes.Buffer
	if err := parquet.Write(&columns, []struct {
		ID   int64  `parquet:"id"`
		Name string `parquet:"name"`
	}{{1, "Ann"}, {2, "Zoë"}}); err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"people.csv": "id;name\n1;Ann\n2;Zoë\n", "people.csv.gz": zipped("id,name\n1,Ann\n2,Zoë\n"), "people.jsonl": lines, "people.jsonl.gz": zipped(lines),
		"people.jsonl.zst": packed(t, lines, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }), "people.parquet": columns.String(),
	}
}

func TestSource_objects_are_read_as_files_are(t *testing.T) {
	t.Parallel()
	store := connecttest.NewS3(t, nil)
	for name, content := range contents(t) {
		store.Put(t, "a/"+name, content)
		s, rows, err := readAll(t, inBucket(store.URL, "a/"+name, optionKey, "id"), nil)
		if err != nil || s.Name != "people" || typesOfColumns(s) != "id integer, name text" {
			t.Errorf("%s: %s is %s, %v", name, s.Name, typesOfColumns(s), err)
		}
		if d := cmp.Diff([][]any{{int64(1), "Ann"}, {int64(2), "Zoë"}}, rows); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	store.Put(t, "a/empty.jsonl", "")
	if s, rows, err := readAll(t, inBucket(store.URL, "a/empty.jsonl"), nil); err != nil || len(rows) != 0 || s.Name != "empty" {
		t.Errorf("an empty object: %v, %v", rows, err)
	}
	_, rows, err := readAll(t, inBucket(store.URL, "a/people.csv", optionDelimiter, ",", optionHeader, "false", optionName, "x"), nil)
	if err != nil || len(rows) != 3 {
		t.Errorf("with options: %v, %v", rows, err)
	}
}

func TestFind_patterns_match_like_those_of_local_files(t *testing.T) {
	t.Parallel()
	folder, store := t.TempDir(), connecttest.NewS3(t, nil)
	for _, name := range []string{"a.csv", "b.csv", ".c.csv", "x[1].csv", "d/a.csv", "d/e/a.csv", "d/e/b.jsonl", "f/a.csv", "f/é.csv", "fg/h.csv"} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		store.Put(t, "top/"+name, name)
	}
	store.Put(t, "top/f/", "") // what some programs make to show a folder
	at, err := shelfOf("s3://bucket/top", inBucket(store.URL, ""))(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{
		"*.csv", "*/*.csv", "d/*/*.csv", "*/e/*", "?/a.csv", "[df]/a.csv", "[!d]/*", "*", "f/?.csv", "f*/*", "x[1].csv", `x\[1\].csv`, "a.csv", "none", "none/*", "[", "d", "d/e", "*/",
	} {
		local, localFolder, err := machine{}.find(t.Context(), filepath.Join(folder, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, name := range local {
			if info, err := os.Stat(name); err != nil || info.IsDir() {
				continue // there are no folders in a bucket
			}
			want = append(want, "s3://bucket/top"+filepath.ToSlash(strings.TrimPrefix(name, folder)))
		}
		got, isFolder, err := at.find(t.Context(), strings.TrimSuffix("s3://bucket/top/"+pattern, "/"))
		if d := cmp.Diff(want, got); d != "" || err != nil || isFolder != localFolder {
			t.Errorf("%s: a folder is %v, want %v, %v: %s", pattern, isFolder, localFolder, err, d)
		}
	}
}

// ranges is what was asked of a store: the first byte and how many, for each
// object.
type ranges struct {
	mu    sync.Mutex
	asked map[string][][2]int64
}

func (r *ranges) through(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method == http.MethodGet && req.URL.Query().Get("list-type") == "" {
			part := [2]int64{0, -1}
			if from, to, ok := strings.Cut(strings.TrimPrefix(req.Header.Get("Range"), "bytes="), "-"); ok {
				first, _ := strconv.ParseInt(from, 10, 64)
				last, _ := strconv.ParseInt(to, 10, 64)
				part = [2]int64{first, last - first + 1}
			}
			r.mu.Lock()
			r.asked[req.URL.Path] = append(r.asked[req.URL.Path], part)
			r.mu.Unlock()
		}
		next.ServeHTTP(w, req)
	})
}

func (r *ranges) sum(t *testing.T, name string, most int64) (times int, bytes int64) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, part := range r.asked["/bucket/"+name] {
		if part[1] < 0 || part[1] > most {
			t.Errorf("%s: %d bytes were asked for at once", name, part[1])
		}
		bytes += part[1]
	}
	return len(r.asked["/bucket/"+name]), bytes
}

// Of a large object a part is held at a time, and each is asked for once by each
// of the two readings.
func TestSource_large_objects_come_in_parts(t *testing.T) {
	t.Parallel()
	seen := &ranges{asked: map[string][][2]int64{}}
	store := connecttest.NewS3(t, seen.through)
	var text strings.Builder
	text.WriteString("id,v\n")
	for i := range 90_000 {
		fmt.Fprintf(&text, "%d,%s\n", i, strings.Repeat("x", 100))
	}
	store.Put(t, "large.csv", text.String())
	_, rows, err := readAll(t, inBucket(store.URL, "large.csv", optionKey, "id"), nil)
	if times, bytes := seen.sum(t, "large.csv", chunk); err != nil || len(rows) != 90_000 || times != 6 || bytes != int64(2*text.Len()) {
		t.Errorf("%d rows, %d bytes in %d parts, %v", len(rows), bytes, times, err)
	}
	columns := columnsOf(t, 40_000)
	store.Put(t, "large.parquet", columns)
	store.Put(t, "small.parquet", columnsOf(t, 10))
	_, rows, err = readAll(t, inBucket(store.URL, "large.parquet", optionKey, "id"), nil)
	if times, bytes := seen.sum(t, "large.parquet", chunk); err != nil || len(rows) != 40_000 || times > 120 || bytes > int64(3*len(columns)) {
		t.Errorf("%d rows, %d of %d bytes in %d parts, %v", len(rows), bytes, len(columns), times, err)
	}
	_, rows, err = readAll(t, inBucket(store.URL, "small.parquet", optionKey, "id"), nil)
	if times, _ := seen.sum(t, "small.parquet", chunk); err != nil || len(rows) != 10 || times != 2 {
		t.Errorf("%d rows in %d parts, %v", len(rows), times, err)
	}
}

// columnsOf is Parquet of several groups of rows.
func columnsOf(t *testing.T, rows int) string {
	t.Helper()
	type row struct {
		ID   int64  `parquet:"id"`
		Text string `parquet:"text"`
		More string `parquet:"more"`
	}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[row](&b, parquet.MaxRowsPerRowGroup(8000))
	for i := range rows {
		if _, err := w.Write([]row{{int64(i), fmt.Sprintf("%0100d", i), fmt.Sprintf("%050d", i*i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

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

// many is how many rows there are of a kilobyte: more than a part.
const many = 5000

// large are files of more than one part.
func large(t *testing.T) map[string]string {
	t.Helper()
	var text strings.Builder
	for i := range many {
		fmt.Fprintf(&text, `{"id":%d,"v":"%01000d"}`+"\n", i, i)
	}
	return map[string]string{
		"x.jsonl": text.String(), "x.parquet": columnsOf(t, 10*many), "x.csv": "id\n" + strings.Repeat(strings.Repeat("x", 1000)+"\n", many),
		"x.jsonl.gz":  packed(t, text.String(), func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriterLevel(w, gzip.NoCompression) }),
		"x.jsonl.zst": packed(t, text.String(), func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) }),
	}
}

func TestSource_a_cut_connection_ends_the_read_and_the_next_completes(t *testing.T) {
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	cutter := &once{instead: cut}
	store := connecttest.NewS3(t, cutter.through)
	for name, content := range large(t) {
		store.Put(t, name, content)
		at, failed := 1, 0
		for ; ; at += 1 + at/8 { // each of the first, and some of the rest
			cutter.set(at)
			_, rows, err := readAll(t, inBucket(store.URL, name), nil)
			if err == nil && len(rows) < many {
				t.Errorf("%s, cut at %d: %d rows and no error", name, at, len(rows))
			}
			if cutter.count() < at {
				break // there are fewer requests than that
			}
			if err == nil && at == 1 {
				continue // the beginning of Parquet tells nothing that is needed
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
	for name, content := range large(t) {
		var store connecttest.S3
		changer := &once{}
		changer.instead = func(next http.Handler, w http.ResponseWriter, r *http.Request) {
			store.Put(t, name, content[:len(content)-2]+"-\n")
			next.ServeHTTP(w, r)
		}
		store = connecttest.NewS3(t, changer.through)
		refusals := 0
		for at := 1; ; at += 1 + at/8 {
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
	store := connecttest.NewS3(t, nil)
	store.Put(t, "folder/x.csv", "a\n1\n")
	listless := connecttest.NewS3(t, func(next http.Handler) http.Handler {
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
	store := connecttest.NewS3(t, nil)
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

func TestWithin_is_what_follows_the_name_of_a_credential(t *testing.T) {
	t.Parallel()
	credential := map[string]string{"url": "s3://bucket/lake", "format": "jsonl", "layout": "log", "partition": "", "region": "eu", "endpoint": "", "access_key_id": "id"}
	for rest, want := range map[string]map[string]string{
		"":                           {fieldPath: "s3://bucket/lake", "region": "eu", "access_key_id": "id"},
		"a/*.parquet":                {fieldPath: "s3://bucket/lake/a/*.parquet", "region": "eu", "access_key_id": "id"},
		"a.csv?delimiter=tab":        {fieldPath: "s3://bucket/lake/a.csv", "region": "eu", "access_key_id": "id", optionDelimiter: "tab"},
		"a.csv?format=csv&region=us": {fieldPath: "s3://bucket/lake/a.csv", "region": "us", "access_key_id": "id", optionFormat: "csv"},
	} {
		got, err := within(credential, rest)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%s: %v, %s", rest, err, d)
		}
	}
	for _, wrong := range []string{"../x.csv", "a/../../x.csv", "x.csv?secret=1", "x.csv?header=perhaps"} {
		if _, err := within(credential, wrong); fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	folder := t.TempDir()
	if got, err := within(map[string]string{"url": folder}, "x/*.csv"); err != nil || got[fieldPath] != filepath.Join(folder, "x", "*.csv") {
		t.Error(got, err)
	}
}
