package files

import (
	"errors"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/kalends/kalends/internal/connect"
)

// fromText reads a value as docs/files.md says it is written.
func fromText(t testing.TB, c connect.Column, text string) any {
	t.Helper()
	var v any
	var err error
	switch c.Type {
	case connect.Text:
		return text
	case connect.JSON:
		return connect.Document(text)
	case connect.Integer:
		v, err = strconv.ParseInt(text, 10, 64)
	case connect.Number:
		v, err = strconv.ParseFloat(text, 64) // knows Infinity
	case connect.Boolean:
		v = text == "true"
		if text != "true" && text != "false" {
			t.Fatalf("a boolean is %q", text)
		}
	case connect.Timestamp:
		v, err = time.Parse(time.RFC3339Nano, text)
		v = v.(time.Time).UTC()
	}
	if err != nil {
		t.Fatalf("column %s: %v", c.Name, err)
	}
	return v
}

// readCSV splits the whole text at commas and line ends that are not within
// quotes.
func readCSV(t testing.TB, content []byte, s connect.Stream) []map[string]any {
	t.Helper()
	var records [][]string
	var record []string
	var field strings.Builder
	quoted := false
	for _, b := range content {
		switch {
		case b == '"':
			quoted = !quoted
			field.WriteByte(b)
		case quoted, b != ',' && b != '\r' && b != '\n':
			field.WriteByte(b)
		case b == ',' || b == '\n':
			record = append(record, field.String())
			field.Reset()
			if b == '\n' {
				records, record = append(records, record), nil
			}
		}
	}
	if quoted || len(record) > 0 || field.Len() > 0 {
		t.Fatal("the file ends within a row")
	}
	unquote := func(text string) string {
		if strings.HasPrefix(text, `"`) {
			return strings.ReplaceAll(text[1:len(text)-1], `""`, `"`)
		}
		return text
	}
	var all []map[string]any
	for _, fields := range records[1:] {
		row := map[string]any{}
		for i, text := range fields {
			at := s.Column(unquote(records[0][i]))
			switch {
			case at < 0:
			case text == "":
				row[s.Columns[at].Name] = nil
			default:
				row[s.Columns[at].Name] = fromText(t, s.Columns[at], unquote(text))
			}
		}
		all = append(all, row)
	}
	return all
}

// readParquet reads a file column by column, page by page, after looking at the
// types in its footer.
func readParquet(t testing.TB, path string, s connect.Stream) []map[string]any {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := parquet.OpenFile(f, info.Size())
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	all := make([]map[string]any, opened.NumRows())
	for i := range all {
		all[i] = map[string]any{}
	}
	for leaf, column := range opened.Root().Columns() {
		at := s.Column(column.Name())
		if at < 0 {
			continue
		}
		c := s.Columns[at]
		if want := map[connect.Type]string{
			connect.Text: "STRING", connect.JSON: "JSON", connect.Integer: "INT(64,true)", connect.Number: "DOUBLE",
			connect.Boolean: "BOOLEAN", connect.Timestamp: "TIMESTAMP(isAdjustedToUTC=true,unit=MICROS)",
		}[c.Type]; column.Type().String() != want {
			t.Fatalf("column %s is %s, want %s", c.Name, column.Type(), want)
		}
		n := 0
		for _, group := range opened.RowGroups() {
			pages := group.ColumnChunks()[leaf].Pages()
			for {
				page, err := pages.ReadPage()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				values := make([]parquet.Value, page.NumValues())
				if got, err := page.Values().ReadValues(values); got != len(values) || err != nil && !errors.Is(err, io.EOF) {
					t.Fatal(got, err)
				}
				for _, v := range values {
					all[n][c.Name] = plainParquet(c.Type, v)
					n++
				}
			}
			if err := pages.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if n != len(all) {
			t.Fatalf("column %s has %d values of %d rows", c.Name, n, len(all))
		}
	}
	return all
}

func plainParquet(t connect.Type, v parquet.Value) any {
	if v.IsNull() {
		return nil
	}
	switch t {
	case connect.Text:
		return v.String()
	case connect.JSON:
		return connect.Document(v.String())
	case connect.Number:
		return math.Float64frombits(v.Uint64())
	case connect.Boolean:
		return v.Boolean()
	case connect.Timestamp:
		return time.UnixMicro(v.Int64()).UTC()
	case connect.Integer:
	}
	return v.Int64()
}
