package intake

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/kalends/kalends/internal/connect"
)

type measured struct {
	ID    int64     `parquet:"id"`
	Name  *string   `parquet:"name,optional"`
	Code  string    `parquet:"code"`
	Small int32     `parquet:"small"`
	Big   uint64    `parquet:"big"`
	Price int64     `parquet:"price,decimal(2:12)"`
	Exact int64     `parquet:"exact,decimal(2:18)"`
	F     float64   `parquet:"f"`
	OK    bool      `parquet:"ok"`
	Day   int32     `parquet:"day,date"`
	Micro time.Time `parquet:"micro,timestamp(microsecond)"`
	Nano  time.Time `parquet:"nano,timestamp(nanosecond)"`
	Doc   []byte    `parquet:"doc,json"`
	Raw   []byte    `parquet:"raw"`
	UUID  [16]byte  `parquet:"uuid,uuid"`
}

func TestSource_parquet_has_types_of_its_own(t *testing.T) {
	t.Parallel()
	at, ann := time.Date(2024, 1, 1, 10, 0, 0, 123456000, time.UTC), "Ann"
	rows := []measured{
		{
			ID: 1, Name: &ann, Code: "12", Small: -7, Big: 1<<64 - 1, Price: 1250, Exact: -123456789012345678, F: 0.1, OK: true, Day: 19782,
			Micro: at, Nano: at.Add(1), Doc: []byte(`{"a":1}`), Raw: []byte("\x00\xff"), UUID: [16]byte{0x6e, 15: 1},
		},
		{ID: 2, Code: "13", Price: -5, Micro: at, Nano: at, Doc: []byte("[]")},
	}
	path := filepath.Join(t.TempDir(), "measured.parquet")
	if err := parquet.WriteFile(path, rows); err != nil {
		t.Fatal(err)
	}
	s, got, err := read(t, map[string]string{fieldPath: path, optionKey: "id"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	const types = "id integer, name text, code text, small integer, big text, price number, exact text, f number, ok boolean, day text, micro timestamp, nano text, doc json, raw text, uuid text"
	if d := cmp.Diff(types, typesOfColumns(s)); d != "" {
		t.Error(d)
	}
	want := [][]any{
		{int64(1), "Ann", "12", int64(-7), "18446744073709551615", 12.5, "-1234567890123456.78", 0.1, true, "2024-02-29", at, "2024-01-01T10:00:00.123456001Z", connect.Document(`{"a":1}`), "00ff", "6e000000-0000-0000-0000-000000000001"},
		{int64(2), nil, "13", int64(0), "0", -0.05, "0.00", 0.0, false, "1970-01-01", at, "2024-01-01T10:00:00.123456Z", connect.Document("[]"), "", "00000000-0000-0000-0000-000000000000"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestSource_parquet_that_is_nested_or_damaged_is_refused(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	nested := filepath.Join(folder, "nested.parquet")
	if err := parquet.WriteFile(nested, []struct {
		Tags []string `parquet:"tags,list"`
	}{{[]string{"a"}}}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := read(t, map[string]string{fieldPath: nested}, nil); err == nil {
		t.Error("a nested column is read")
	}
	type plain struct{ A int64 }
	many := make([]plain, 10_000)
	whole := filepath.Join(folder, "whole.parquet")
	if err := parquet.WriteFile(whole, many); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	if _, rows, err := read(t, map[string]string{fieldPath: whole}, nil); err != nil || len(rows) != len(many) {
		t.Error(len(rows), err)
	}
	half := filepath.Join(folder, "half.parquet")
	if err := os.WriteFile(half, content[:len(content)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := read(t, map[string]string{fieldPath: half}, nil); err == nil {
		t.Error("half a file is read")
	}
}
