package calendly

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	api "github.com/kalends/kalends/calendly"
)

// decodePage takes a page of a list apart in one pass, without copying its
// records: half of the time of encoding/json, which the many small pages of
// invitees feel.
func decodePage(body []byte) (*api.RawPage, error) {
	p := &api.RawPage{Body: body}
	found := false
	d := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return nil, errors.Join(err, errors.New("the answer is no object"))
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		switch name.String() {
		case "collection":
			found = true
			p.Collection, err = records(d, body)
		case "pagination":
			err = jsonv2.UnmarshalDecode(d, &p.Pagination)
		default:
			err = d.SkipValue()
		}
		if err != nil {
			return nil, err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the answer")
	}
	if !found {
		return nil, errors.New("there is no collection")
	}
	return p, nil
}

// records reads an array; its elements are parts of body.
func records(d *jsontext.Decoder, body []byte) ([]json.RawMessage, error) {
	if t, err := d.ReadToken(); err != nil || t.Kind() != '[' {
		return nil, errors.Join(err, errors.New("the collection is no list"))
	}
	all := []json.RawMessage{}
	for d.PeekKind() != ']' {
		value, err := d.ReadValue()
		if err != nil {
			return nil, err
		}
		end := d.InputOffset()
		all = append(all, json.RawMessage(body[end-int64(len(value)):end:end]))
	}
	_, err := d.ReadToken()
	return all, err
}
