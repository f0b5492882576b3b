package calendly

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/kalends/kalends/internal/connect"
)

// plan turns the records of one stream from JSON into the values of its
// columns, in one pass. It is safe for concurrent use.
type plan struct {
	columns   []connect.Column
	root      *node
	raw       int   // index of the column that holds the whole record
	synced    int   // index of the time of reading
	deleted   int   // index of the time of deletion
	parent    int   // index of the column filled from the parent, or -1
	key       int   // index of the key
	keyParts  []int // columns the key is a hash of; empty: the record has its own
	flattener sync.Pool
}

// node is a name in a record: a value with a column, or an object.
type node struct {
	column   int
	kind     connect.Type
	children map[string]*node // not nil: an object
}

// newPlan compiles the way from fields to columns. The columns include those
// that are not in the record itself.
func newPlan(fields []field, columns []connect.Column, parent string, key string, keyParts []string) *plan {
	index := func(name string) int {
		return slices.IndexFunc(columns, func(c connect.Column) bool { return c.Name == name })
	}
	p := &plan{
		columns: columns, root: &node{column: -1, children: map[string]*node{}},
		raw: index(connect.ColumnRaw), synced: index(connect.ColumnSynced), deleted: index(connect.ColumnDeleted), parent: index(parent), key: index(key),
	}
	for _, name := range keyParts {
		p.keyParts = append(p.keyParts, index(name))
	}
	for _, f := range fields {
		p.root.add(f.path, index(f.column.Name), f.column.Type)
	}
	p.flattener.New = func() any { return &flattener{dec: jsontext.NewDecoder(bytes.NewReader(nil))} }
	return p
}

func (n *node) add(path []string, column int, kind connect.Type) {
	child, ok := n.children[path[0]]
	if !ok {
		child = &node{column: -1}
		n.children[path[0]] = child
	}
	if len(path) == 1 {
		child.column, child.kind = column, kind
		return
	}
	if child.children == nil {
		child.children = map[string]*node{}
	}
	child.add(path[1:], column, kind)
}

// record flattens raw. parent fills the parent's column unless
// the record has a value of its own. A value that does not fit its column is
// null there and remains in the raw column; so does a field without a column.
func (p *plan) record(raw []byte, parent string, synced time.Time) (connect.Record, error) {
	if !utf8.Valid(raw) {
		raw = bytes.ToValidUTF8(raw, []byte("\uFFFD"))
	}
	values := make([]any, len(p.columns))
	if p.parent >= 0 {
		values[p.parent] = parent
	}
	f := p.flattener.Get().(*flattener)
	defer p.flattener.Put(f)
	text := string(raw)
	if err := f.flatten(p.root, raw, text, values); err != nil {
		return connect.Record{}, fmt.Errorf("reading a record: %w", err)
	}
	values[p.raw] = connect.Document(text)
	values[p.synced] = synced
	switch {
	case len(p.keyParts) > 0:
		values[p.key] = hashOf(values, p.keyParts)
	case values[p.key] == nil:
		// Calendly's API reference gives every such record a URI; one without
		// is kept all the same, under a hash of itself.
		values[p.key] = hashOf(values, []int{p.raw})
	}
	return connect.Record{Values: values}, nil
}

// hashOf returns a stable key made of some of the values.
func hashOf(values []any, parts []int) string {
	h := sha256.New()
	for _, i := range parts {
		part := fmt.Appendf(nil, "%v", values[i])
		switch v := values[i].(type) {
		case time.Time:
			part = []byte(connect.FormatTime(v))
		case connect.Document:
			// Equal records may differ in spacing and order. What cannot be
			// brought into one form is valid JSON with doubled names.
			canonical := jsontext.Value(v)
			if canonical.Canonicalize(jsontext.AllowDuplicateNames(true)) == nil {
				part = canonical
			} else {
				part = []byte(v)
			}
		}
		h.Write(binary.AppendUvarint(nil, uint64(len(part))))
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// flattener walks one record at a time.
type flattener struct {
	dec    *jsontext.Decoder
	buf    bytes.Buffer
	text   string // the record
	values []any
}

func (f *flattener) flatten(root *node, raw []byte, text string, values []any) error {
	f.buf = *bytes.NewBuffer(raw)
	f.text, f.values = text, values
	f.dec.Reset(&f.buf, jsontext.AllowDuplicateNames(true))
	defer func() { f.buf, f.text, f.values = bytes.Buffer{}, "", nil }()
	if f.dec.PeekKind() != '{' {
		return f.dec.SkipValue()
	}
	return f.object(root)
}

func (f *flattener) object(n *node) error {
	if _, err := f.dec.ReadToken(); err != nil {
		return err
	}
	for f.dec.PeekKind() != '}' {
		name, err := f.dec.ReadValue()
		if err != nil {
			return err
		}
		if err := f.value(n.child(name)); err != nil {
			return err
		}
	}
	_, err := f.dec.ReadToken()
	return err
}

// child returns the node of a quoted name, nil if there is none.
func (n *node) child(quoted jsontext.Value) *node {
	name := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		name, _ = jsontext.AppendUnquote(nil, quoted)
	}
	return n.children[string(name)]
}

func (f *flattener) value(n *node) error {
	switch {
	case n == nil:
		return f.dec.SkipValue()
	case n.children != nil && f.dec.PeekKind() == '{':
		return f.object(n)
	case n.column < 0:
		return f.dec.SkipValue()
	}
	value, err := f.dec.ReadValue()
	if err != nil {
		return err
	}
	end := int(f.dec.InputOffset())
	start := end - len(value)
	if n.kind == connect.JSON && value.Kind() != 'n' {
		f.values[n.column] = connect.Document(f.text[start:end])
		return nil
	}
	if v := convert(n.kind, f.text[start:end]); v != nil { // or else the parent's
		f.values[n.column] = v
	}
	return nil
}
