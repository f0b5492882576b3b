package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// errEnough ends a scan of which no more is wanted.
var errEnough = errors.New("enough")

// Scan implements connect.Destination. The rows come as they are read, as the
// table was when it began.
func (d *destination) Scan(ctx context.Context, s connect.Stream) iter.Seq2[connect.Record, error] {
	return func(yield func(connect.Record, error) bool) {
		err := d.scan(ctx, s, func(r connect.Record) bool { return yield(r, nil) })
		if err != nil && !errors.Is(err, errEnough) {
			yield(connect.Record{}, d.fault(ctx, "reading "+s.Name+" in", err))
		}
	}
}

// scan shows each row to see, until it wants no more.
func (d *destination) scan(ctx context.Context, s connect.Stream, see func(connect.Record) bool) (err error) {
	t, err := d.dialect.Table(s)
	if err != nil {
		return err
	}
	if err := d.begin(ctx, "READ ONLY"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.rollback()) }()
	there, err := d.columns(ctx, t)
	if err != nil || there == nil {
		return err
	}
	kept, read := d.kept(t, there)
	raw := make([]sql.RawBytes, len(read))
	into := make([]any, len(read))
	for i := range raw {
		into[i] = &raw[i]
	}
	return d.session.stream(ctx, fmt.Sprintf("SELECT %s FROM %s", kept, t.Quoted()), nil, func(scan func(...any) error) error {
		if err := scan(into...); err != nil {
			return err
		}
		values := make([]any, len(read))
		for i, v := range raw {
			if v != nil {
				values[i] = read[i](string(v))
			}
		}
		if !see(connect.Record{Values: values}) {
			return errEnough
		}
		return nil
	})
}

// decoder reads a value that is not null. One that is not what it should be
// stays a text.
type decoder func(text string) any

// kept returns what is to be selected for the columns of t, and how each is
// read. What cannot be a value of its column is read as text.
func (d *destination) kept(t *dialect.Table, there []dialect.Column) (selected string, read []decoder) {
	var all []string
	for i, c := range t.Stream.Columns {
		is, name, reader := t.In(there, i), t.Names(i), decoder(asText)
		switch {
		case is == nil:
			name = "NULL"
		case d.dialect.Keeps(t, i, is.Declared):
			reader = decoderOf(c.Type)
		}
		all, read = append(all, name), append(read, reader)
	}
	return strings.Join(all, ", "), read
}

// decoderOf reads what encoder wrote, as the server shows it.
func decoderOf(t connect.Type) decoder {
	switch t {
	case connect.Integer:
		return reading(func(text string) (int64, error) { return strconv.ParseInt(text, 10, 64) })
	case connect.Number:
		return reading(func(text string) (float64, error) { return strconv.ParseFloat(text, 64) })
	case connect.Boolean:
		return reading(strconv.ParseBool)
	case connect.Timestamp:
		return reading(func(text string) (time.Time, error) { return time.Parse(timeFormat, text) })
	case connect.JSON:
		return func(text string) any { return connect.Document(text) }
	case connect.Text:
	}
	return asText
}

func reading[T any](parse func(string) (T, error)) decoder {
	return func(text string) any {
		if v, err := parse(text); err == nil {
			return v
		}
		return text
	}
}

func asText(text string) any { return text }
