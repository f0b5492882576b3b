package mapping

import (
	"bytes"
	"errors"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/kalends/kalends/internal/connect"
)

// errJSON says that a JSON column holds something else. What the decoder says
// may tell the value.
var errJSON = errors.New("it holds no JSON")

// leaf is a text or number inside of JSON.
type leaf struct {
	text   string
	number bool
	do     *place // what is to be done with all that stands there; nil: nothing
	deep   bool   // it stands further inside than do says
}

// walker goes through JSON once: it shows each leaf, and writes what it is told
// to put in its place.
type walker struct {
	places map[string]*place
	see    func(leaf) (with string, replaced bool)
	in     *jsontext.Decoder
	out    *jsontext.Encoder // nil: nothing is written
	path   []byte            // the names of the objects it is in, joined by "_"
	edited bool
}

// walk shows every leaf of text, and every name of a member, to see.
func walk(text connect.Document, places map[string]*place, see func(leaf)) error {
	w := &walker{places: places, in: decoder(text), see: func(l leaf) (string, bool) {
		see(l)
		return "", false
	}}
	if w.value(places[""], false) != nil {
		return errJSON
	}
	return nil
}

// rewrite returns text with each leaf replaced that see says to. If there is
// none, it is text, byte for byte.
func rewrite(text connect.Document, places map[string]*place, see func(leaf) (string, bool)) (connect.Document, error) {
	var b bytes.Buffer
	w := &walker{places: places, see: see, in: decoder(text), out: jsontext.NewEncoder(&b, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	switch {
	case w.value(places[""], false) != nil:
		return "", errJSON
	case !w.edited:
		return text, nil
	}
	return connect.Document(strings.TrimSuffix(b.String(), "\n")), nil
}

func decoder(text connect.Document) *jsontext.Decoder {
	return jsontext.NewDecoder(strings.NewReader(string(text)), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// value goes through the next value, with all of which do is to be done.
func (w *walker) value(do *place, deep bool) error {
	switch w.in.PeekKind() {
	case '{':
		return w.object(do)
	case '[':
		return w.list(do, deep)
	case '"', '0':
		return w.leaf(do, deep)
	default: // null, true, false; or an error
		return w.token()
	}
}

func (w *walker) list(do *place, deep bool) error {
	if err := w.token(); err != nil {
		return err
	}
	for w.in.PeekKind() != ']' {
		if err := w.value(do, deep); err != nil {
			return err
		}
	}
	return w.token()
}

func (w *walker) object(do *place) error {
	if err := w.token(); err != nil {
		return err
	}
	outer := len(w.path)
	for w.in.PeekKind() != '}' {
		name, err := w.name()
		if err != nil {
			return err
		}
		if outer > 0 {
			w.path = append(w.path, '_')
		}
		w.path = append(w.path, name...)
		inner, deep := w.places[string(w.path)], false
		if inner == nil {
			inner, deep = do, do != nil
		}
		if err := w.value(inner, deep); err != nil {
			return err
		}
		w.path = w.path[:outer]
	}
	return w.token()
}

// token copies what says nothing.
func (w *walker) token() error {
	t, err := w.in.ReadToken()
	if err != nil || w.out == nil {
		return err
	}
	return w.out.WriteToken(t)
}

// name copies the name of a member and returns it as it was.
func (w *walker) name() (string, error) {
	t, err := w.in.ReadToken()
	if err != nil {
		return "", err
	}
	name := t.String()
	return name, w.write(leaf{text: name}, jsontext.String(name))
}

func (w *walker) leaf(do *place, deep bool) error {
	t, err := w.in.ReadToken()
	if err != nil {
		return err
	}
	return w.write(leaf{text: t.String(), number: t.Kind() == '0', do: do, deep: deep}, t)
}

func (w *walker) write(l leaf, as jsontext.Token) error {
	with, replaced := w.see(l)
	switch {
	case w.out == nil:
		return nil
	case replaced:
		w.edited = true
		return w.out.WriteToken(jsontext.String(with))
	}
	return w.out.WriteToken(as)
}
