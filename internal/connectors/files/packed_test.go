package files

import (
	"bytes"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
)

func TestKeys_sort_as_their_values(t *testing.T) {
	t.Parallel()
	day := func(year int) time.Time { return time.Date(year, 3, 14, 15, 9, 26, 535897000, time.UTC) }
	for _, sorted := range [][]any{
		{"", "\x00", "\x00\x00", "\x00a", "\x01", "a", "a\x00", "a\x00\x00", "a\x00b", "a\x01", "ab", "b", "ÿ"},
		{int64(math.MinInt64), int64(-1), int64(0), int64(1), int64(math.MaxInt64)},
		{math.Inf(-1), -2.5, -math.SmallestNonzeroFloat64, 0.0, math.SmallestNonzeroFloat64, 2.5, math.Inf(1)},
		{day(1600), day(1969), day(1970), day(9999)},
		{false, true},
	} {
		var before []byte
		for i, v := range sorted {
			// what follows in a key of two columns must not decide
			key := appendKeys(nil, packed(nil).value(v).text("z"), []int{0, 1})
			if i > 0 && bytes.Compare(before, key) >= 0 {
				t.Errorf("%#v does not sort before %#v", sorted[i-1], v)
			}
			before = appendKeys(before[:0], packed(nil).value(v).text("~"), []int{0, 1})
		}
	}
	zero, negative := packed(nil).number(0), packed(nil).number(math.Copysign(0, -1))
	if !bytes.Equal(appendKey(nil, zero.at(0)), appendKey(nil, negative.at(0))) {
		t.Error("the two zeros are different keys")
	}
}

func TestPacked_returns_what_was_packed(t *testing.T) {
	t.Parallel()
	values := []any{
		"text", "", nil, int64(math.MinInt64), 0.1, true, false, connect.Document(`{"a":"ü"}`), time.Date(1600, 2, 29, 0, 0, 0, 1000, time.UTC),
	}
	var row packed
	for _, v := range values {
		row = row.value(v)
	}
	if diff := cmp.Diff(append(values, nil), row.values(len(values)+1)); diff != "" { // one more is absent
		t.Errorf("(-want +got):\n%s", diff)
	}
	told := append(packed(nil).text("new"), tagAbsent)
	if diff := cmp.Diff([]any{"new", "", nil, int64(math.MinInt64)}, told.over(row, nil).values(4)); diff != "" {
		t.Errorf("one over the other (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{"new", nil}, told.over(nil, nil).values(2)); diff != "" {
		t.Errorf("over nothing (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{"text", "", int64(7), int64(math.MinInt64)}, row.with(2, packed(nil).integer(7), nil).values(4)); diff != "" {
		t.Errorf("with another value (-want +got):\n%s", diff)
	}
}

func TestAhead_ends_when_either_side_fails(t *testing.T) {
	t.Parallel()
	big, broken := change{values: packed(nil).text(string(make([]byte, mostAhead/2)))}, errors.New("broken")
	for name, c := range map[string]struct {
		rows      int
		produced  error // after the rows
		failsUse  bool
		want      error
		wantsRows int
	}{
		"all":               {rows: 9, wantsRows: 9},
		"nothing":           {},
		"what produces":     {rows: 9, produced: broken, want: broken, wantsRows: 9},
		"what uses":         {rows: 1000, failsUse: true, want: broken},
		"what uses the end": {rows: 1, failsUse: true, want: broken},
	} {
		used := 0
		err := rowsAhead(func(add func(change) error) error {
			for range c.rows {
				if err := add(big); err != nil {
					return err
				}
			}
			return c.produced
		}, func(rows *held) error {
			if c.failsUse {
				return broken
			}
			used += len(rows.index)
			return nil
		})
		if !errors.Is(err, c.want) || used != c.wantsRows {
			t.Errorf("%s: %d rows of %d: %v", name, used, c.rows, err)
		}
	}
}
