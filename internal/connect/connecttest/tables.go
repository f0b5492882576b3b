package connecttest

import (
	"testing"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// tables are the promises of Prepare.
func tables() suite {
	return suite{
		"Prepare_makes_an_empty_table": func(t *testing.T, h Harness) {
			d := h.fresh(t)
			d.prepare(t, notes(), true)
			d.holds(t, notes())
		},
		"Prepare_twice_is_harmless": func(t *testing.T, h Harness) {
			d := h.fresh(t, notes())
			d.prepare(t, notes(), false)
			d.commit(t, notes(), record("a", "x", int64(1)))
			d.prepare(t, notes(), false)
			d.holds(t, notes(), record("a", "x", int64(1)))
			d.reopen(t, notes())
			d.holds(t, notes(), record("a", "x", int64(1)))
		},
		"Prepare_adds_the_columns_that_are_missing": testWiden,
		"Prepare_leaves_columns_of_others_alone":    testNarrow,
		"Prepare_refuses_a_column_of_another_type":  testOtherType,
		"Prepare_refuses_another_primary_key":       testOtherKey,
		"Prepare_refuses_a_stream_without_a_key":    testNoKey,
		"Names_may_be_reserved_or_strange":          testNames,
	}
}

func testWiden(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	d.commit(t, notes(), record("a", "x", int64(1)), record("b", "y", int64(2)))
	wide := notes()
	wide.Columns = append(wide.Columns,
		connect.Column{Name: "owner", Type: connect.Text, Ref: "users"},
		connect.Column{Name: "active", Type: connect.Boolean, Required: true},
		column("at", connect.Timestamp), column("raw", connect.JSON), column("share", connect.Number))
	d.prepare(t, wide, false)
	d.holds(t, wide, record("a", "x", int64(1), nil, nil, nil, nil, nil), record("b", "y", int64(2), nil, nil, nil, nil, nil))
	full := record("a", "x", int64(1), "u", true, instant(), connect.Document(`{"n":1}`), 0.5)
	d.commit(t, wide, full)
	d.prepare(t, wide, false)
	d.reopen(t, wide)
	d.holds(t, wide, full, record("b", "y", int64(2), nil, nil, nil, nil, nil))
}

func testNarrow(t *testing.T, h Harness) {
	wide := notes()
	wide.Columns = append(wide.Columns, column("remark", connect.Text))
	d := h.fresh(t, wide)
	d.commit(t, wide, record("a", "x", int64(1), "mine"))
	d.reopen(t, notes())
	d.commit(t, notes(), record("a", "z", int64(2)), record("b", "y", int64(3)))
	d.holds(t, wide, record("a", "z", int64(2), "mine"), record("b", "y", int64(3), nil))
}

// testOtherType tries each pair of types: values of one are never let into a
// column meant for another.
func testOtherType(t *testing.T, h Harness) {
	d := h.fresh(t)
	for _, was := range types() {
		s := stream("was_"+was.String(), column("uri", connect.Text), column("thing", was))
		d.prepare(t, s, true)
		row := record("a", sample(was))
		d.commit(t, s, row)
		for _, is := range types() {
			if is == was {
				continue
			}
			changed := stream(s.Name, column("uri", connect.Text), column("new", connect.Text), column("thing", is))
			_, err := d.Prepare(t.Context(), changed)
			fails(t, "Prepare with "+is.String()+" for "+was.String(), err, fault.Schema, s.Name, "thing")
			if fault.HintOf(err) == "" {
				t.Errorf("no hint with: %v", err)
			}
		}
		d.holds(t, s, row)
		d.commit(t, s, row) // still prepared as it was
	}
}

func testOtherKey(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	for _, key := range [][]string{{"title"}, {"uri", "title"}} {
		s := notes()
		s.Key = key
		_, err := d.Prepare(t.Context(), s)
		fails(t, "Prepare with another key", err, fault.Schema, s.Name, "title")
	}
}

func testNoKey(t *testing.T, h Harness) {
	d := h.fresh(t)
	for _, key := range [][]string{nil, {"nobody"}} {
		s := notes()
		s.Key = key
		_, err := d.Prepare(t.Context(), s)
		fails(t, "Prepare without a key", err, fault.Schema, s.Name)
	}
}

func testNames(t *testing.T, h Harness) {
	all := []string{"order", "group", "select", "user", "table", "default", "a space", `a "quote"`, "a 'quote'", "a `quote`", "semi;colon", "größe", "_raw", "1st", "per%cent", "quest?ion", "dollar$1", "colon:name", "at@sign", "a.dot", "back\\slash"}
	for _, name := range []string{"order", "user", "group"} {
		s := connect.Stream{Name: name, Group: name, Key: []string{"order", "group"}}
		var values []any
		for _, c := range all {
			s.Columns = append(s.Columns, connect.Column{Name: c, Type: connect.Text, Ref: "*"})
			values = append(values, "the "+c)
		}
		d := h.fresh(t, s)
		d.commit(t, s, record(values...))
		d.commit(t, s, record(values...))
		d.reopen(t, s)
		d.holds(t, s, record(values...))
		d.commit(t, s, deleted(values...))
		d.holds(t, s)
	}
}
