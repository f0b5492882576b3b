package intake

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// fileOf writes a file of a name and returns the values of an address of it.
func fileOf(t *testing.T, name, content string) map[string]string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]string{fieldPath: path}
}

// read reads all of a source by settings.
func read(t *testing.T, values map[string]string, stdin io.Reader) (connect.Stream, [][]any, error) {
	t.Helper()
	return readAll(t, connect.Settings{Values: values}, stdin)
}

// readAll reads all of the first stream.
func readAll(t *testing.T, settings connect.Settings, stdin io.Reader) (connect.Stream, [][]any, error) {
	t.Helper()
	s, err := open(t.Context(), settings, stdin)
	if err != nil {
		return connect.Stream{}, nil, err
	}
	var rows [][]any
	for b, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()[:1]}) {
		if err != nil {
			return s.Streams()[0], rows, err
		}
		for _, r := range b.Rows {
			for _, record := range r.Records {
				rows = append(rows, record.Values)
			}
		}
	}
	return s.Streams()[0], rows, nil
}

func typesOfColumns(s connect.Stream) string {
	var all []string
	for _, c := range s.Columns {
		all = append(all, c.Name+" "+c.Type.String())
	}
	return strings.Join(all, ", ")
}

const people = "\ufeffid;name;zip;score;at;ok;doc;late\r\n" +
	"1;\"Ann; \"\"x\"\"\nline\";01234;1.5;2024-01-01 10:00:00;true;\"{\"\"a\"\":1}\";1\r\n" +
	"2;;12;2;;FALSE;[];\r\n" +
	"3;Zoë;;;2024-01-01T10:00:00.5+02:00;;;1.5.0\r\n"

func wantPeople() [][]any {
	ten := time.Date(2024, 1, 1, 10, 0, 0, 0, time.UTC)
	return [][]any{
		{int64(1), "Ann; \"x\"\nline", "01234", 1.5, ten, true, connect.Document(`{"a":1}`), "1"},
		{int64(2), nil, "12", 2.0, nil, false, connect.Document("[]"), nil},
		{int64(3), "Zoë", nil, nil, ten.Add(-2*time.Hour + time.Second/2), nil, nil, "1.5.0"},
	}
}

func packed(t *testing.T, text string, open func(io.Writer) (io.WriteCloser, error)) string {
	t.Helper()
	var b bytes.Buffer
	w, err := open(&b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSource_csv_however_it_is_packed_and_whatever_it_is_called(t *testing.T) {
	t.Parallel()
	zipped := packed(t, people, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
	zstded := packed(t, people, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
	for name, content := range map[string]string{
		"people.csv": people, "people": people, "people.csv.gz": zipped, "people.csv.zst": zstded, "people.2024.csv": zipped,
		"people.txt": strings.TrimPrefix(people, "\ufeff"),
	} {
		values := fileOf(t, name, content)
		values[optionKey] = "id"
		s, rows, err := read(t, values, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff("id integer, name text, zip text, score number, at timestamp, ok boolean, doc json, late text", typesOfColumns(s)); d != "" || s.Name != "people" {
			t.Errorf("%s is %s: %s", name, s.Name, d)
		}
		if d := cmp.Diff(wantPeople(), rows); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestSource_delimiters_are_found_out_or_given(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"a,b\n1,2\n":             "a integer, b integer",
		"a;b\n1,5;2\n":           "a text, b integer",
		"a\tb\n\"x,y\"\t2\n":     "a text, b integer",
		"a|b\n1|\"2;3\"\n":       "a integer, b text",
		"a\n1;2\n3\n":            "a text",
		"a,b;c\n1,2;3\n4,5;6\n":  "a integer, b;c text",
		"a,b\n1,\"x\ny;z\"\n2,;": "a integer, b text",
	} {
		values := fileOf(t, "x.csv", content)
		values[optionKey] = "a"
		if s, _, err := read(t, values, nil); err != nil || typesOfColumns(s) != want {
			t.Errorf("%q: %s, %v", content, typesOfColumns(s), err)
		}
	}
	values := fileOf(t, "x.csv", "1;2,x\n3;4,y\n")
	values[optionDelimiter], values[optionHeader] = ",", "false"
	if s, rows, err := read(t, values, nil); err != nil || typesOfColumns(s) != "column_1 text, column_2 text, _key text" || len(rows) != 2 {
		t.Errorf("%s, %v, %v", typesOfColumns(s), rows, err)
	}
}

func TestSource_jsonl_keeps_every_value(t *testing.T) {
	t.Parallel()
	values := fileOf(t, "x.jsonl", `{"id":1,"n":1,"big":12345678901234567890,"t":"2024-01-01T00:00:00Z","mixed":"a","s":"12","b":true}

{"id":2,"n":2.5,"big":1,"mixed":{"z":[1]},"s":"x\u0000","b":null,"new":[]}
{"mixed":3,"id":3}`)
	values[optionKey] = "id"
	s, rows, err := read(t, values, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff("id integer, n number, big text, t timestamp, mixed json, s text, b boolean, new json", typesOfColumns(s)); d != "" {
		t.Error(d)
	}
	want := [][]any{
		{int64(1), 1.0, "12345678901234567890", time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), connect.Document(`"a"`), "12", true, nil},
		{int64(2), 2.5, "1", nil, connect.Document(`{"z":[1]}`), "x\x00", nil, connect.Document("[]")},
		{int64(3), nil, nil, nil, connect.Document("3"), nil, nil, nil},
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
}

func TestSource_a_pattern_is_one_stream(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, content := range map[string]string{"people-1.csv": "id,a\n1,x\n", "people-2.csv": "b;id\n2.5;2\n", "other.csv": "z\n1\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, rows, err := read(t, map[string]string{fieldPath: filepath.Join(folder, "people-*.csv"), optionKey: "id"}, nil)
	if err != nil || s.Name != "people" || typesOfColumns(s) != "id integer, a text, b number" {
		t.Errorf("%s, %s, %v", s.Name, typesOfColumns(s), err)
	}
	if d := cmp.Diff([][]any{{int64(1), "x", nil}, {int64(2), nil, 2.5}}, rows); d != "" {
		t.Error(d)
	}
}

func TestSource_says_in_which_line_a_file_is_wrong(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ name, content, says string }{
		"ragged":            {"x.csv", "a,b\n1,2\n\"\n\",2\n3\n", "line 5: it has 1 values for 2 columns"},
		"too many":          {"x.csv", "a,b\n1,2,3\n", "line 2: it has 3 values for 2 columns"},
		"an open quote":     {"x.csv", "a,b\n1,2\n\"3,4\n5,6", "line 3: "},
		"a bare quote":      {"x.csv", "a,b\n1,x\"y\n", "line 2: "},
		"empty":             {"x.csv", "", "empty"},
		"two of a name":     {"x.csv", "a,b,a\n", `two columns are named "a"`},
		"no name":           {"x.csv", "a,,b\n", "column 2 has no name"},
		"Latin-1":           {"x.csv", "a\nx\nM\xfcller\n", "line 3: it is not UTF-8"},
		"UTF-16":            {"x.csv", "\xff\xfea\x00,\x00b\x00", "UTF-16"},
		"damaged gzip":      {"x.csv.gz", "\x1f\x8bxxxxxxxx", "gzip"},
		"no object":         {"x.jsonl", "{\"a\":1}\n[1]\n", "line 2: it is not one object of JSON"},
		"two objects":       {"x.jsonl", "{\"a\":1} {\"a\":2}\n", "line 1: it is not one object of JSON"},
		"half an object":    {"x.jsonl", "{\"a\":1}\n{\"a\":", "line 2: it is not one object of JSON"},
		"a member twice":    {"x.jsonl", "{\"a\":1,\"a\":2}\n", "line 1: it is not one object of JSON"},
		"no Parquet":        {"x.parquet", "PAR1", "no Parquet"},
		"JSON in Latin-1":   {"x.jsonl", "{\"a\":\"M\xfcller\"}\n", "line 1: it is not UTF-8"},
		"a quote in a name": {"x.csv", "\"a\n1\n", "line 1: "},
	} {
		_, _, err := read(t, fileOf(t, c.name, c.content), nil)
		if fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "ller") {
			t.Errorf("%s: %v (%s)", what, err, fault.HintOf(err))
		}
	}
	s, rows, err := read(t, fileOf(t, "x.csv", "a,b\n"), nil)
	if err != nil || len(rows) != 0 || typesOfColumns(s) != "a text, b text, _key text" {
		t.Errorf("only a header: %s, %v, %v", typesOfColumns(s), rows, err)
	}
}

// lines is CSV with so many rows of integers, and an end.
func lines(n int, end string) io.Reader {
	var b strings.Builder
	b.WriteString("id,name\n")
	for i := range n {
		b.WriteString(strings.Repeat("1", 1+i%9) + ",\"a\nb\"\n")
	}
	b.WriteString(end)
	return strings.NewReader(b.String())
}

func TestSource_standard_input_is_typed_by_its_beginning(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much work and little beside it: the race detector would find nothing")
	}
	values := map[string]string{fieldPath: standardInput, optionName: "people"}
	const many = 200_000 // lines: more than is looked at
	s, rows, err := read(t, values, iotest.HalfReader(lines(many, "")))
	if err != nil || len(rows) != many || s.Name != "people" || typesOfColumns(s) != "id integer, name text, _key text" {
		t.Errorf("%s, %s: %d rows, %v", s.Name, typesOfColumns(s), len(rows), err)
	}
	_, rows, err = read(t, values, lines(many, "x,y\n"))
	if says := "standard input, line 400002: column id holds integer values"; fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), says) || len(rows) < many-1000 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if _, _, err = read(t, values, strings.NewReader("id,name\n1,2\nx,y\n")); err != nil {
		t.Errorf("what is short is looked at as a whole: %v", err)
	}
	if _, _, err = read(t, values, strings.NewReader("")); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "standard input") {
		t.Error(err)
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	values, err := address("x.csv?delimiter=tab&header=false")
	if err != nil || !filepath.IsAbs(values[fieldPath]) || values[optionDelimiter] != "tab" {
		t.Error(values, err)
	}
	if values, err = address("-?format=jsonl"); err != nil || values[fieldPath] != standardInput {
		t.Error(values, err)
	}
	for _, wrong := range []string{"", "//x.csv", "x.csv?sep=,", "x.csv?header=perhaps", "x.csv?format=xml", "x.csv?delimiter=ab", "x.csv?header=true&header=false", "x.csv?%zz"} {
		if _, err := address(wrong); fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	for _, missing := range []string{"nope.csv", "nope-*.csv"} {
		if _, _, err := read(t, map[string]string{fieldPath: filepath.Join(t.TempDir(), missing)}, nil); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%q: %v", missing, err)
		}
	}
	if _, _, err := read(t, map[string]string{fieldPath: t.TempDir()}, nil); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
}
