package intake

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"go.uber.org/goleak"

	"github.com/kalends/kalends/internal/bucket/buckettest"
	"github.com/kalends/kalends/internal/connect"
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
	store := buckettest.New(t, nil)
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
	store := buckettest.New(t, seen.through)
	var text strings.Builder
	text.WriteString("id,v\n")
	for i := range 900 {
		fmt.Fprintf(&text, "%d,%s\n", i, strings.Repeat("x", 10_000))
	}
	store.Put(t, "large.csv", text.String())
	_, rows, err := readAll(t, inBucket(store.URL, "large.csv", optionKey, "id"), nil)
	if times, bytes := seen.sum(t, "large.csv", chunk); err != nil || len(rows) != 900 || times != 6 || bytes != int64(2*text.Len()) {
		t.Errorf("%d rows, %d bytes in %d parts, %v", len(rows), bytes, times, err)
	}
	columns := columnsOf(t, 900, 10_000)
	store.Put(t, "large.parquet", columns)
	store.Put(t, "small.parquet", columnsOf(t, 10, 10))
	_, rows, err = readAll(t, inBucket(store.URL, "large.parquet", optionKey, "id"), nil)
	if times, bytes := seen.sum(t, "large.parquet", chunk); err != nil || len(rows) != 900 || times > 60 || bytes > int64(3*len(columns)) {
		t.Errorf("%d rows, %d of %d bytes in %d parts, %v", len(rows), bytes, len(columns), times, err)
	}
	_, rows, err = readAll(t, inBucket(store.URL, "small.parquet", optionKey, "id"), nil)
	if times, _ := seen.sum(t, "small.parquet", chunk); err != nil || len(rows) != 10 || times != 2 {
		t.Errorf("%d rows in %d parts, %v", len(rows), times, err)
	}
}

// columnsOf is Parquet of several groups of rows with texts of a length.
func columnsOf(t *testing.T, rows, length int) string {
	t.Helper()
	type row struct {
		ID   int64  `parquet:"id"`
		Text string `parquet:"text"`
		More string `parquet:"more"`
	}
	var b bytes.Buffer
	w := parquet.NewGenericWriter[row](&b, parquet.MaxRowsPerRowGroup(int64(max(rows/5, 1))))
	for i := range rows {
		if _, err := w.Write([]row{{int64(i), fmt.Sprintf("%0*d", length, i), fmt.Sprintf("%0*d", length/10, i*i)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
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
