package relationtest

import (
	"strings"
	"testing"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

func testRefusals(t *testing.T, h Harness) {
	p := h.made(t, "CREATE TABLE t (id integer PRIMARY KEY, flag boolean)", "INSERT INTO t VALUES (1, NULL)", "CREATE TABLE kept (_key varchar(20))")
	for what, c := range map[string]struct {
		options     map[string]string
		streams     []string
		field, says string
	}{
		"a table":            {streams: []string{"tt"}, field: "streams", says: "choose from kept, t"},
		"a cursor":           {options: map[string]string{"cursor": "at"}, streams: []string{"t"}, field: "cursor", says: "choose from id, flag"},
		"a cursor's type":    {options: map[string]string{"cursor": "flag"}, streams: []string{"t"}, field: "cursor", says: "boolean"},
		"a key":              {options: map[string]string{"key": "id, at"}, streams: []string{"t"}, field: "key", says: `no column "at"`},
		"a name taken":       {streams: []string{"kept"}, field: "key", says: "--key _key"},
		"a name":             {options: map[string]string{"name": "x"}, streams: []string{"t"}, field: "name", says: "query"},
		"a query and tables": {options: map[string]string{"query": "SELECT 1"}, streams: []string{"t"}, field: "query", says: "--streams"},
		"a query's column":   {options: map[string]string{"query": "SELECT x FROM t"}, field: "query", says: "x"},
		"a query's table":    {options: map[string]string{"query": "SELECT * FROM tt"}, field: "query", says: "tt"},
		"no query":           {options: map[string]string{"query": "SELEC 1"}, field: "query", says: "try"},
		"a change":           {options: map[string]string{"query": "DELETE FROM t"}, field: "query", says: "try"},
		"several statements": {options: map[string]string{"query": "SELECT 1) q; DELETE FROM t; SELECT * FROM (SELECT 1"}, field: "query"},
	} {
		_, err := p.Source(t.Context(), t, c.options, c.streams...)
		if fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != c.field || fault.HintOf(err) == "" || !strings.Contains(err.Error()+" "+fault.HintOf(err), c.says) {
			t.Errorf("%s: %s of %q: %v (%s)", what, fault.KindOf(err), fault.FieldOf(err), err, fault.HintOf(err))
		}
	}
	_, err := h.Fresh(t).Source(t.Context(), t, nil)
	connecttest.Refused(t, "a place without tables", err, fault.NotFound)
}

func testSly(t *testing.T, h Harness) {
	p := h.made(t, "CREATE TABLE t (id integer PRIMARY KEY)", "INSERT INTO t VALUES (1), (2)")
	for _, query := range h.Sly {
		s, err := p.Source(t.Context(), t, map[string]string{"query": query})
		if err == nil {
			for _, err = range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
				continue
			}
		}
		connecttest.Refused(t, query, err, fault.Invalid)
	}
	rows, _, _ := ReadAll(t, opened(t, p, nil, "t"), nil)
	if len(rows) != 2 {
		t.Errorf("%d rows of 2 are left", len(rows))
	}
}
