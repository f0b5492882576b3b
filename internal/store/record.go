package store

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/kalends/kalends/internal/connect"
)

// shape is what is kept of a stream to write records of it again.
type shape struct {
	Name    string   `json:"name"`
	Key     []string `json:"key"`
	Columns []column `json:"columns"`
}

type column struct {
	Name     string       `json:"name"`
	Type     connect.Type `json:"type"`
	Ref      string       `json:"ref,omitempty"`
	Required bool         `json:"required,omitempty"`
}

func shapeOf(s connect.Stream) shape {
	kept := shape{Name: s.Name, Key: s.Key}
	for _, c := range s.Columns {
		kept.Columns = append(kept.Columns, column{c.Name, c.Type, c.Ref, c.Required})
	}
	return kept
}

func (s shape) stream() connect.Stream {
	stream := connect.Stream{Name: s.Name, Key: s.Key}
	for _, c := range s.Columns {
		stream.Columns = append(stream.Columns, connect.Column{Name: c.Name, Type: c.Type, Ref: c.Ref, Required: c.Required})
	}
	return stream
}

// recordColumn keeps a record in a column as JSON that says of each value which
// type it has: one that was refused may have another than its column.
type recordColumn struct{ r *connect.Record }

var (
	_ driver.Valuer = recordColumn{}
	_ sql.Scanner   = recordColumn{}
)

// record is a connect.Record in JSON.
type record struct {
	Deleted bool    `json:"deleted,omitempty"`
	Values  []value `json:"values"`
}

// value is a value in JSON: one member, by its type; none is null.
type value struct {
	Text    *string `json:"text,omitzero"`
	Bytes   []byte  `json:"bytes,omitzero"` // a text that is not UTF-8
	Integer *string `json:"integer,omitzero"`
	Number  *string `json:"number,omitzero"`
	Boolean *bool   `json:"boolean,omitzero"`
	Time    *string `json:"time,omitzero"`
	JSON    *string `json:"json,omitzero"` // a text: it is kept to the byte
	RawJSON []byte  `json:"raw_json,omitzero"`
}

func (c recordColumn) Value() (driver.Value, error) {
	kept := record{Deleted: c.r.Deleted}
	for _, v := range c.r.Values {
		one, err := valueOf(v)
		if err != nil {
			return nil, err
		}
		kept.Values = append(kept.Values, one)
	}
	text, err := json.Marshal(kept)
	return string(text), err
}

func valueOf(v any) (value, error) {
	switch v := v.(type) {
	case nil:
		return value{}, nil
	case string:
		if !utf8.ValidString(v) {
			return value{Bytes: []byte(v)}, nil
		}
		return value{Text: &v}, nil
	case connect.Document:
		text := string(v)
		if !utf8.ValidString(text) {
			return value{RawJSON: []byte(text)}, nil
		}
		return value{JSON: &text}, nil
	case int64:
		text := strconv.FormatInt(v, 10)
		return value{Integer: &text}, nil
	case float64:
		text := strconv.FormatFloat(v, 'g', -1, 64) // JSON has no infinity
		return value{Number: &text}, nil
	case bool:
		return value{Boolean: &v}, nil
	case time.Time:
		text := v.Format(time.RFC3339Nano)
		return value{Time: &text}, nil
	}
	return value{}, fmt.Errorf("a record holds %T", v)
}

func (c recordColumn) Scan(from any) error {
	text, ok := from.(string)
	if !ok {
		return fmt.Errorf("a column of records holds %T", from)
	}
	var kept record
	if err := json.Unmarshal([]byte(text), &kept); err != nil {
		return err
	}
	c.r.Deleted, c.r.Values = kept.Deleted, nil
	for _, one := range kept.Values {
		v, err := one.value()
		if err != nil {
			return err
		}
		c.r.Values = append(c.r.Values, v)
	}
	return nil
}

func (v value) value() (any, error) {
	switch {
	case v.Text != nil:
		return *v.Text, nil
	case v.Bytes != nil:
		return string(v.Bytes), nil
	case v.Integer != nil:
		return strconv.ParseInt(*v.Integer, 10, 64)
	case v.Number != nil:
		return strconv.ParseFloat(*v.Number, 64)
	case v.Boolean != nil:
		return *v.Boolean, nil
	case v.Time != nil:
		at, err := time.Parse(time.RFC3339Nano, *v.Time)
		return at.UTC(), err
	case v.JSON != nil:
		return connect.Document(*v.JSON), nil
	case v.RawJSON != nil:
		return connect.Document(v.RawJSON), nil
	}
	return nil, nil
}
