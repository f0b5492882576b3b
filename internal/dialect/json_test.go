package dialect_test

import (
	"strings"
	"testing"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

func TestClean_replaces_only_what_is_no_character(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"a":1}`: `{"a":1}`, `"\u00e9 \\u0000"`: `"\u00e9 \\u0000"`, `"\u0000"`: "\"\uFFFD\"", `"\\\u0000"`: "\"\\\\\uFFFD\"",
		`"\ud83d\ude00"`: `"\ud83d\ude00"`, `"\ud83d \ude00"`: "\"\uFFFD \uFFFD\"", `"\uD83D\uD83D\uDE00"`: "\"\uFFFD\\uD83D\\uDE00\"", `"\`: `"\`,
	} {
		if got := dialect.Clean(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestCheck_refuses_a_text_that_is_too_long_by_its_characters(t *testing.T) {
	t.Parallel()
	d := short()
	d.Prefix = "of_"
	d.Longest = func(t *dialect.Table, column int) int { return map[int]int{0: 3}[column] }
	table, err := d.Table(connect.Stream{Name: "notes", Key: []string{"uri"}, Columns: []connect.Column{{Name: "uri"}, {Name: "text"}}})
	if err != nil {
		t.Fatal(err)
	}
	if table.Name != "of_notes" {
		t.Errorf("the table is named %s", table.Name)
	}
	for text, ok := range map[string]bool{"": true, "abc": true, "🎉🎉🎉": true, "abcd": false, "🎉🎉🎉🎉": false} {
		err := table.Check(0, text)
		if ok != (err == nil) || !ok && (fault.KindOf(err) != fault.Schema || !strings.Contains(err.Error(), "column uri of notes") || strings.Contains(err.Error(), text)) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := table.Check(1, "abcd"); err != nil {
		t.Errorf("a column without a limit: %v", err)
	}
}
