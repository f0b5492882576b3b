package intake

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/bucket/buckettest"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connectors/files"
	"github.com/kalends/kalends/internal/fault"
)

// meetings is a stream with a column of each type, whose values look like others.
func meetings() connect.Stream {
	return connect.Stream{Name: "meetings", Group: "meetings", Key: []string{"uri"}, Columns: []connect.Column{
		{Name: "uri", Type: connect.Text},
		{Name: "at", Type: connect.Timestamp},
		{Name: "n", Type: connect.Integer},
		{Name: "share", Type: connect.Number},
		{Name: "ok", Type: connect.Boolean},
		{Name: "doc", Type: connect.JSON},
		{Name: "note", Type: connect.Text},
	}}
}

func pairs() connect.Stream {
	return connect.Stream{Name: "odd name/s", Group: "odd name/s", Key: []string{"b", "a"}, Columns: []connect.Column{
		{Name: "a", Type: connect.Integer}, {Name: "b", Type: connect.Text},
	}}
}

func rowsOfMeetings() [][]any {
	at := time.Date(2026, 3, 1, 10, 0, 0, 123456000, time.UTC)
	return [][]any{
		{"1", at, int64(math.MaxInt64), 0.30000000000000004, true, connect.Document(`{"a":[1,"x"]}`), "2026-01-01T00:00:00Z"},
		{"2", at.AddDate(0, 1, 0), int64(-1), -1e300, false, connect.Document(`"7"`), "007"},
		{"3", nil, nil, 3.0, nil, connect.Document("7"), "true"},
		{"4", at, int64(0), nil, nil, nil, nil},
		{"5", at, int64(7), 2.0, nil, connect.Document("false"), "a \"b\"\nc; d,\t|é\u2028"},
	}
}

// keep writes records into a place by a run, which is ended by what is returned.
func keep(t *testing.T, s connect.Settings, records map[string][]connect.Record) (end func()) {
	t.Helper()
	d, err := files.New().OpenDestination(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, stream := range []connect.Stream{meetings(), pairs()} {
		if _, err := d.Prepare(t.Context(), stream); err != nil {
			t.Fatal(err)
		}
		if err := tx.Write(t.Context(), stream, records[stream.Name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func recordsOf(rows ...[]any) (records []connect.Record) {
	for _, row := range rows {
		records = append(records, connect.Record{Values: slices.Clone(row)})
	}
	return records
}

func everything() map[string][]connect.Record {
	return map[string][]connect.Record{"meetings": recordsOf(rowsOfMeetings()...), "odd name/s": recordsOf([]any{int64(1), "x"}, []any{int64(2), "x"})}
}

// folderWith returns the settings of a folder as a destination, and as a source.
func folderWith(t *testing.T, options map[string]string) (to, from connect.Settings) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "a copy #1")
	return connect.Settings{Values: map[string]string{"url": folder}}.With(options), connect.Settings{Values: map[string]string{fieldPath: folder}}
}

// streamOf reads a stream by its name.
func streamOf(t *testing.T, s connect.Source, name string) (rows [][]any, err error) {
	t.Helper()
	for b, err := range s.Read(t.Context(), connect.Reading{Streams: []connect.Stream{{Name: name, Group: name}}}) {
		if err != nil {
			return rows, err
		}
		for _, r := range b.Rows {
			for _, record := range r.Records {
				rows = append(rows, record.Values)
			}
		}
	}
	slices.SortFunc(rows, func(a, b []any) int { return strings.Compare(fmt.Sprint(a[0]), fmt.Sprint(b[0])) })
	return rows, nil
}

func TestSource_a_folder_that_Kalends_wrote_comes_back_as_it_was(t *testing.T) {
	t.Parallel()
	store := buckettest.New(t, nil)
	for _, options := range []map[string]string{
		{"format": "jsonl"}, {"format": "jsonl", "compress": "zstd", "partition": "at:month"}, {"format": "csv", "compress": "gzip"},
		{"format": "csv", "partition": "at:day"}, {"format": "parquet"}, {"format": "parquet", "compress": "none", "partition": "at:year"},
	} {
		to, from := folderWith(t, options)
		bucketTo, bucketFrom := inBucket(store.URL, "").With(options), inBucket(store.URL, fmt.Sprint(options))
		bucketTo.Values["url"] = "s3://bucket/" + fmt.Sprint(options)
		delete(bucketTo.Values, fieldPath)
		for what, place := range map[string][2]connect.Settings{"a folder": {to, from}, "a bucket": {bucketTo, bucketFrom}} {
			what = fmt.Sprint(what, options)
			keep(t, place[0], everything())()
			s, err := open(t.Context(), place[1], nil)
			if err != nil {
				t.Fatalf("%s: %v (%s)", what, err, fault.HintOf(err))
			}
			streams := s.Streams()
			if len(streams) != 2 || streams[0].Name != "meetings" || cmp.Diff([]string{"b", "a"}, streams[1].Key) != "" {
				t.Fatalf("%s: %+v", what, streams)
			}
			if d := cmp.Diff("uri text, at timestamp, n integer, share number, ok boolean, doc json, note text", typesOfColumns(streams[0])); d != "" {
				t.Errorf("%s: %s", what, d)
			}
			rows, err := streamOf(t, s, "meetings")
			if d := cmp.Diff(rowsOfMeetings(), rows); d != "" || err != nil {
				t.Errorf("%s: %v, %s", what, err, d)
			}
			if rows, err = streamOf(t, s, "odd name/s"); err != nil || len(rows) != 2 {
				t.Errorf("%s: %v, %v", what, rows, err)
			}
		}
	}
}

// Infinity has no place in JSON Lines; docs/files.md says how the others write it.
func TestSource_infinity_comes_back(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"csv", "parquet"} {
		to, from := folderWith(t, map[string]string{"format": format})
		keep(t, to, map[string][]connect.Record{"meetings": recordsOf([]any{"1", nil, nil, math.Inf(-1), nil, nil, nil})})()
		s, err := open(t.Context(), from, nil)
		if err != nil {
			t.Fatal(err)
		}
		if rows, err := streamOf(t, s, "meetings"); err != nil || rows[0][3] != math.Inf(-1) {
			t.Errorf("%s: %v, %v", format, rows, err)
		}
	}
}

func TestSource_reads_only_the_streams_that_are_wanted(t *testing.T) {
	t.Parallel()
	to, from := folderWith(t, nil)
	keep(t, to, everything())()
	from.Streams = []string{"meetings"}
	s, err := open(t.Context(), from, nil)
	if err != nil || len(s.Streams()) != 1 {
		t.Fatal(s, err)
	}
	for what, c := range map[string]struct {
		streams []string
		options map[string]string
		field   string
	}{
		"a stream": {streams: []string{"users"}, field: "streams"}, "a name": {options: map[string]string{optionName: "x"}, field: optionName},
		"a key": {options: map[string]string{optionKey: "mail"}, field: optionKey},
	} {
		from.Streams = c.streams
		_, err := open(t.Context(), from.With(c.options), nil)
		if fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != c.field || fault.HintOf(err) == "" {
			t.Errorf("%s: %v of %q", what, err, fault.FieldOf(err))
		}
	}
}

func TestSource_a_log_is_read_by_the_files_of_a_stream(t *testing.T) {
	t.Parallel()
	to, from := folderWith(t, map[string]string{"layout": "log", "compress": "gzip"})
	keep(t, to, everything())()
	keep(t, to, map[string][]connect.Record{"meetings": {{Deleted: true, Values: rowsOfMeetings()[0]}}})()
	folder := from.Values[fieldPath]
	_, err := open(t.Context(), from, nil)
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "log of changes") || !strings.Contains(fault.HintOf(err), folder+"/STREAM/* with --key _seq") {
		t.Errorf("%v (%s)", err, fault.HintOf(err))
	}
	s, rows, err := readAll(t, connect.Settings{Values: map[string]string{fieldPath: filepath.Join(folder, "meetings", "*"), optionKey: "_seq"}}, nil)
	if err != nil || s.Name != "meetings" || len(rows) != 6 || rows[5][0] != "1" || rows[5][s.Column("_op")] != "remove" || rows[5][s.Column("_seq")] != int64(6) {
		t.Errorf("%s: %v, %v", s.Name, rows, err)
	}
}

func TestSource_says_how_to_read_what_is_no_file(t *testing.T) {
	t.Parallel()
	to, from := folderWith(t, nil)
	keep(t, to, everything())()
	folder := from.Values[fieldPath]
	damage := filepath.Join(t.TempDir(), "damaged")
	later := filepath.Join(t.TempDir(), "later")
	for at, text := range map[string]string{damage: "{", later: `{"version": 99}`} {
		path := filepath.Join(at, manifestName)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for path, hint := range map[string]string{
		filepath.Join(folder, "meetings"): "read " + folder + ", which Kalends wrote, with --streams meetings",
		t.TempDir():                       "name a file or a pattern",
		damage:                            "restore it",
		later:                             "the Kalends that wrote it",
	} {
		_, err := open(t.Context(), connect.Settings{Values: map[string]string{fieldPath: path}}, nil)
		if fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != "from" || !strings.Contains(fault.HintOf(err), hint) {
			t.Errorf("%s: %v (%s)", path, err, fault.HintOf(err))
		}
	}
}

func TestSource_a_folder_that_is_not_up_to_date_is_refused(t *testing.T) {
	t.Parallel()
	to, from := folderWith(t, nil)
	end := keep(t, to, everything()) // as a run that was killed before its end
	_, err := open(t.Context(), from, nil)
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "not up to date") || fault.HintOf(err) == "" {
		t.Error(err)
	}
	end()
	s, err := open(t.Context(), from, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := load(t.Context(), machine{}, from.Values[fieldPath])
	if err != nil || len(m.Publish) == 0 {
		t.Fatal(m, err)
	}
	staged := filepath.Join(from.Values[fieldPath], m.Publish[len(m.Publish)-1].From)
	if err := os.WriteFile(staged, nil, 0o600); err != nil { // as if it had been killed before it gave that its name
		t.Fatal(err)
	}
	if _, err := open(t.Context(), from, nil); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "not up to date") {
		t.Error(err)
	}
	if err := os.Remove(staged); err != nil {
		t.Fatal(err)
	}
	more := maps.Clone(everything())
	more["meetings"][0].Values[2] = int64(5)
	keep(t, to, more)()
	if _, err := streamOf(t, s, "meetings"); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "changed while it was read") {
		t.Errorf("written to since it was opened: %v", err)
	}
}

func TestSource_a_value_that_is_not_as_it_was_written_is_refused(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"jsonl", "csv"} {
		for from, into := range map[string]string{"9223372036854775807": "9223372036854775808", "2026-03-01": "hidden-day", "true,": "yes,", `"x"`: "hidden"} {
			to, place := folderWith(t, map[string]string{"format": format})
			keep(t, to, everything())()
			path := filepath.Join(place.Values[fieldPath], "meetings", "data."+format)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			spoiled := strings.Replace(string(content), from, into, 1)
			if spoiled == string(content) {
				if format == "jsonl" {
					t.Errorf("there is no %s in %s", from, format)
				}
				continue // CSV doubles quotes
			}
			if err := os.WriteFile(path, []byte(spoiled), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := open(t.Context(), place, nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := streamOf(t, s, "meetings"); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "data."+format+", line ") || strings.Contains(err.Error(), "hidden") {
				t.Errorf("%s, %s: %v", format, into, err)
			}
		}
	}
}
