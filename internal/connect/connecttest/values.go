package connecttest

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// values are the promises about what a Record holds.
func values() suite {
	return suite{
		"Values_of_every_type_arrive": func(t *testing.T, h Harness) {
			for _, typ := range types() {
				t.Run(typ.String(), func(t *testing.T) { arrive(t, h, typ, examples(typ)) })
			}
		},
		"Values_may_be_null":                     testNulls,
		"Text_of_a_megabyte_arrives":             testLong,
		"A_NUL_byte_is_kept_or_replaced":         testNUL,
		"Infinite_numbers_are_kept_or_refused":   testInfinity,
		"Keys_are_told_apart_to_the_byte":        testKeys,
		"A_value_that_does_not_fit_is_refused":   testMisfits,
		"A_null_in_a_required_column_is_refused": testRequired,
	}
}

func types() []connect.Type {
	return []connect.Type{connect.Text, connect.Integer, connect.Number, connect.Boolean, connect.Timestamp, connect.JSON}
}

func instant() time.Time { return time.Date(2026, 3, 14, 15, 9, 26, 535897000, time.UTC) }

// sample returns a value of the type.
func sample(t connect.Type) any { return examples(t)[0] }

// examples returns values of the type that are easily spoilt on the way.
func examples(t connect.Type) []any {
	switch t {
	case connect.Text:
		return texts()
	case connect.Integer:
		return []any{int64(1), int64(0), int64(-1), int64(math.MaxInt64), int64(math.MinInt64), int64(1<<53 + 1)}
	case connect.Number:
		return []any{0.1, 0.0, 3.0, -2.5, 1e300, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 1.0 / 3, float64(1 << 60)}
	case connect.Boolean:
		return []any{true, false}
	case connect.Timestamp:
		return []any{
			instant(),
			time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC),
			time.Date(1600, 2, 29, 0, 0, 0, 1000, time.UTC),
			time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC),
			time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
			time.Date(2026, 3, 29, 2, 30, 0, 0, time.UTC), // no such time on clocks of central Europe
		}
	case connect.JSON:
		return []any{
			connect.Document(`{"a":{"b":[1,2,{"c":null}],"d":"x"},"e":[],"f":{}}`),
			connect.Document(`[{"name":"Zoë 🎉","q":"\"quoted\"","u":"\u00e9"}]`),
			connect.Document(`[]`), connect.Document(`{}`), connect.Document(`"text"`), connect.Document(`"1"`),
			connect.Document(`1`), connect.Document(`1.5`), connect.Document(`true`), connect.Document(`{"big":9007199254740993}`),
			connect.Document(`"` + strings.Repeat("long ", 50_000) + `"`),
		}
	}
	panic("a type without examples: " + t.String())
}

func texts() []any {
	var all []any
	for _, s := range []string{
		"plain", "", " ", " leading and trailing ", "two\nlines", "carriage\rreturn", "crlf\r\n", "tab\t", `\`, `\N`, `\n`, `a\`, `'`, `''`, `"`, `""`, "`", ",", ";", `a,"b"`,
		"%s", "?", "$1", ":name", "--", "/*", "'; DROP TABLE notes; --",
		"NULL", "null", "true", "007", "1.0", "1e5", "9223372036854775808", "2026-03-14", "2026-03-14T15:09:26.535897Z", "{}", "0x10", "NaN", "Infinity",
		"Zoë", "Zoe\u0308", "ß ẞ İ ı", "東京", "🎉👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿", "שלום עולם", "مرحبا بالعالم", "\u202eright to left\u202c", "\ufeffmark", "\u2028", "\u0085", "\x01\x1f\x7f", "\ufffd", "\U0010ffff",
	} {
		all = append(all, s)
	}
	return all
}

// arrive writes each value in a record of its own and reads it back.
func arrive(t *testing.T, h Harness, typ connect.Type, all []any) {
	t.Helper()
	s := stream("things", column("uri", connect.Text), column("value", typ))
	d := h.fresh(t, s)
	var records []connect.Record
	for i, v := range all {
		records = append(records, record(fmt.Sprint("key ", i), v))
	}
	d.commit(t, s, records...)
	d.holds(t, s, records...)
	d.commit(t, s, records...) // by update this time
	d.reopen(t, s)
	d.holds(t, s, records...)
}

func testNulls(t *testing.T, h Harness) {
	s := stream("things", column("uri", connect.Text))
	empty, full := []any{"empty"}, []any{"full"}
	for _, typ := range types() {
		s.Columns = append(s.Columns, column("a_"+typ.String(), typ))
		empty, full = append(empty, nil), append(full, sample(typ))
	}
	d := h.fresh(t, s)
	d.commit(t, s, record(empty...), record(full...))
	d.holds(t, s, record(empty...), record(full...))
	empty[0], full[0] = full[0], empty[0]
	d.commit(t, s, record(empty...), record(full...)) // null over value, value over null
	d.holds(t, s, record(empty...), record(full...))
}

func testLong(t *testing.T, h Harness) {
	arrive(t, h, connect.Text, []any{strings.Repeat("0123456789abcde\n", 1<<16), strings.Repeat("🎉", 1<<18)})
}

func testNUL(t *testing.T, h Harness) {
	s := notes()
	d := h.fresh(t, s)
	const text = "before\x00after\x00"
	want := text
	if h.NULReplaced {
		want = strings.ReplaceAll(text, "\x00", "\ufffd")
	}
	d.commit(t, s, record("a", text, nil))
	d.holds(t, s, record("a", want, nil))
}

func testInfinity(t *testing.T, h Harness) {
	s := stream("things", column("uri", connect.Text), column("value", connect.Number))
	d := h.fresh(t, s)
	for _, v := range []float64{math.Inf(1), math.Inf(-1)} {
		if h.InfinityRefused {
			d.refuses(t, s, record("a", v), "value")
			continue
		}
		d.commit(t, s, record("a", v))
		d.holds(t, s, record("a", v))
	}
	d.refuses(t, s, record("b", math.NaN()), "value")
}

// testKeys finds systems whose comparison of texts is looser than ours.
func testKeys(t *testing.T, h Harness) {
	s := notes()
	d := h.fresh(t, s)
	var records []connect.Record
	for i, key := range []string{"a", "A", "a ", " a", "á", "a\u0301", "ss", "ß", "i", "İ", "ı", "1", "01", "1.0", ""} {
		records = append(records, record(key, "x", int64(i)))
	}
	d.commit(t, s, records...)
	d.commit(t, s, records...)
	d.holds(t, s, records...)
	d.commit(t, s, deleted("A", nil, nil), deleted("a ", nil, nil), deleted("1", nil, nil))
	kept := append(append(append([]connect.Record{}, records[0]), records[3:11]...), records[12:]...)
	d.holds(t, s, kept...)
}

// testMisfits tries each value in a column of each other type.
func testMisfits(t *testing.T, h Harness) {
	for _, typ := range types() {
		s := stream("things", column("uri", connect.Text), column("thing", typ))
		d := h.fresh(t, s)
		row := record("a", sample(typ))
		d.commit(t, s, row)
		for _, other := range types() {
			if other != typ {
				d.refuses(t, s, record("b", sample(other)), "thing")
			}
		}
		d.refuses(t, s, record("b", struct{ secret string }{"hidden"}), "thing")
		d.refuses(t, s, record("b", 1), "thing")
		d.refuses(t, s, record("b"))
		d.refuses(t, s, record("b", sample(typ), nil))
		d.holds(t, s, row)
	}
	s := stream("late", column("uri", connect.Text), column("thing", connect.Timestamp))
	h.fresh(t, s).refuses(t, s, record("a", time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)), "thing")
	s = stream("empty", column("uri", connect.Text), column("thing", connect.JSON))
	h.fresh(t, s).refuses(t, s, record("a", connect.Document("")), "thing")
}

func testRequired(t *testing.T, h Harness) {
	s := notes()
	s.Key = []string{"uri", "size"}
	s.Columns[1].Required = true
	d := h.fresh(t, s)
	d.refuses(t, s, record("a", nil, int64(1)), "title")
	d.refuses(t, s, record(nil, "x", int64(1)), "uri")
	d.refuses(t, s, record("a", "x", nil), "size")
	d.refuses(t, s, deleted("a", nil, nil), "size")
	d.holds(t, s)
	s.Columns = append(s.Columns, connect.Column{Name: "later", Type: connect.Text, Required: true})
	d.prepare(t, s, false)
	d.refuses(t, s, record("a", "x", int64(1), nil), "later")
}

// refuses fails the test unless the record, after one that is well, ends Write
// with a fault.Schema that names the stream and the parts but tells no value,
// and nothing is written.
func (b *bench) refuses(t *testing.T, s connect.Stream, bad connect.Record, parts ...string) {
	t.Helper()
	before := canonical(t, s, b.place.Rows(t, s))
	tx := b.begin(t)
	good := record("good")
	for _, c := range s.Columns[1:] {
		good.Values = append(good.Values, sample(c.Type))
	}
	err := tx.Write(t.Context(), s, []connect.Record{good, bad})
	fails(t, fmt.Sprintf("Write %.60v", bad.Values), err, fault.Schema, append(parts, s.Name)...)
	if strings.Contains(err.Error(), "hidden") {
		t.Errorf("the error tells a value: %v", err)
	}
	if err := tx.Commit(t.Context()); err == nil {
		t.Error("Commit after a Write that was refused: no error")
	}
	must(t, "Rollback", tx.Rollback())
	if after := canonical(t, s, b.place.Rows(t, s)); len(after) != len(before) {
		t.Fatalf("after a record was refused there are %d rows, before %d", len(after), len(before))
	}
}
