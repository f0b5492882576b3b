package store

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/kalends/kalends/internal/connect"
)

// object keeps *p in a column as JSON.
func object[T any](p *T) jsonColumn { return jsonColumn{p} }

type jsonColumn struct{ p any }

var (
	_ driver.Valuer = jsonColumn{}
	_ sql.Scanner   = jsonColumn{}
)

func (c jsonColumn) Value() (driver.Value, error) {
	text, err := json.Marshal(c.p, json.Deterministic(true))
	return string(text), err
}

func (c jsonColumn) Scan(value any) error {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("a JSON column holds %T", value)
	}
	return json.Unmarshal([]byte(text), c.p)
}

// moment keeps *t in a column as text.
func moment(t *time.Time) timeColumn { return timeColumn{t} }

type timeColumn struct{ t *time.Time }

var (
	_ driver.Valuer = timeColumn{}
	_ sql.Scanner   = timeColumn{}
)

func (c timeColumn) Value() (driver.Value, error) { return connect.FormatTime(*c.t), nil }

func (c timeColumn) Scan(value any) (err error) {
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("a time column holds %T", value)
	}
	*c.t, err = time.Parse(connect.TimeFormat, text)
	return err
}

// text reads a row of one text column.
func text(scan func(...any) error) (t string, err error) {
	err = scan(&t)
	return t, err
}

// micros keeps *t in a column as microseconds since 1970, a zero time as null.
func micros(t *time.Time) microColumn { return microColumn{t} }

type microColumn struct{ t *time.Time }

var (
	_ driver.Valuer = microColumn{}
	_ sql.Scanner   = microColumn{}
)

func (c microColumn) Value() (driver.Value, error) {
	if c.t.IsZero() {
		return nil, nil
	}
	return c.t.UnixMicro(), nil
}

func (c microColumn) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		*c.t = time.Time{}
	case int64:
		*c.t = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("a column of microseconds holds %T", value)
	}
	return nil
}
