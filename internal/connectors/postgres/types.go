package postgres

import (
	"context"
	"math"
	"strconv"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/relation"
)

// columnType is a type of the server's. That of a domain is what it is a domain
// of.
type columnType struct {
	name     string
	native   string // in a statement, without a modifier
	category string // typcategory
	kind     string // typtype
	modifier int
}

// column describes a column whose type has an OID and a modifier.
func (r *reader) column(ctx context.Context, name, oid, modifier string) (relation.Column, error) {
	t, err := r.typeOf(ctx, oid, modifier)
	if err != nil {
		return relation.Column{}, err
	}
	c := relation.Column{Name: name, Native: t.native}
	c.Type, c.Select, c.Read = t.read()
	return c, nil
}

func (r *reader) typeOf(ctx context.Context, oid, modifier string) (columnType, error) {
	if t, known := r.types[oid+" "+modifier]; known {
		return t, nil
	}
	row, err := r.row(ctx, `SELECT typname, format_type(oid, -1), typcategory, typtype, typbasetype, typtypmod FROM pg_type WHERE oid = $1::oid`, oid)
	if err != nil {
		return columnType{}, err
	}
	t := columnType{name: row[0], native: row[1], category: row[2], kind: row[3]}
	if t.kind == "d" {
		t, err = r.typeOf(ctx, row[4], row[5])
	} else {
		t.modifier, err = strconv.Atoi(modifier)
	}
	if err == nil {
		r.types[oid+" "+modifier] = t
	}
	return t, err
}

// read returns what a column of the type becomes, the expression that selects
// it, and how its value is read. What no other type holds without loss is text.
func (t columnType) read() (connect.Type, string, func(raw any) (any, bool)) {
	switch t.name {
	case "int2", "int4", "int8", "oid":
		return connect.Integer, "%s::int8", ofBytes(func(b []byte) (any, bool) { return number(b), true })
	case "float4", "float8":
		return connect.Number, "%s::float8", ofBytes(func(b []byte) (any, bool) {
			f := math.Float64frombits(uint64(number(b)))
			return f, !math.IsNaN(f)
		})
	case "numeric":
		return t.readNumeric()
	case "bool":
		return connect.Boolean, "%s", ofBytes(func(b []byte) (any, bool) { return b[0] != 0, true })
	case "timestamptz":
		return connect.Timestamp, "%s", ofBytes(readTime)
	case "timestamp":
		return connect.Timestamp, "%s AT TIME ZONE 'UTC'", ofBytes(readTime)
	case "bytea":
		return connect.Text, "encode(%s, 'hex')", ofBytes(readText)
	case "json", "jsonb":
		return connect.JSON, "%s::text", ofBytes(readDocument)
	}
	const array, composite = "A", "c"
	if t.category == array || t.kind == composite || t.name == "hstore" {
		return connect.JSON, "to_jsonb(%s)::text", ofBytes(readDocument)
	}
	return connect.Text, "%s::text", ofBytes(readText)
}

// readNumeric makes numbers of what has so few digits that a number has them
// all, and texts of the others. NaN is no number.
func (t columnType) readNumeric() (connect.Type, string, func(raw any) (any, bool)) {
	const header = 4 // of a modifier
	packed := t.modifier - header
	precision, scale := packed>>16, (packed&0x7ff^0x400)-0x400
	switch {
	case t.modifier < header:
	case scale <= 0 && precision-scale <= 18:
		return connect.Integer, "%s::text", ofBytes(func(b []byte) (any, bool) {
			n, err := strconv.ParseInt(string(b), 10, 64)
			return n, err == nil
		})
	case 0 < scale && max(precision, scale) <= 15:
		return connect.Number, "%s::text", ofBytes(func(b []byte) (any, bool) {
			f, err := strconv.ParseFloat(string(b), 64)
			return f, err == nil && !math.IsNaN(f)
		})
	}
	return connect.Text, "%s::text", ofBytes(readText)
}

// ofBytes reads what the server sends.
func ofBytes(read func(b []byte) (any, bool)) func(raw any) (any, bool) {
	return func(raw any) (any, bool) {
		b, ok := raw.([]byte)
		if !ok {
			return nil, false
		}
		return read(b)
	}
}

func readText(b []byte) (any, bool) { return string(b), true }

func readDocument(b []byte) (any, bool) { return connect.Document(b), len(b) > 0 }

// readTime refuses the ends of time, and years that have not four digits.
func readTime(b []byte) (any, bool) {
	at, ok := asTime(b).(time.Time)
	return at, ok && 0 <= at.Year() && at.Year() <= 9999
}
