package mysql

import (
	"database/sql"
	"strconv"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/relation"
)

const decimal = "decimal"

// columnType is a type of the server's: its name, as "bigint", all of its
// declaration, and the digits that a number has.
type columnType struct {
	name, declared   string
	precision, scale int64
}

// ofResult is the type of a column of a result.
func ofResult(t *sql.ColumnType) columnType {
	name := strings.ToLower(t.DatabaseTypeName())
	c := columnType{name: strings.TrimPrefix(name, "unsigned "), declared: name}
	c.precision, c.scale, _ = t.DecimalSize()
	return c
}

// column is a column that is read. One that may be unfit has values that no other
// type holds, which become null.
type column struct {
	relation.Column

	mayBeUnfit bool
}

// column describes a column of the type. What no other type holds without loss is
// text.
func (t columnType) column(name string) column {
	c := column{Column: relation.Column{Name: name, Native: t.name, Type: connect.Text, Read: ofText(func(text string) (any, bool) { return text, true })}}
	switch t.name {
	case "tinyint", "smallint", "mediumint", "int", "integer", "bigint", "year":
		switch {
		case t.declared == "tinyint(1)": // what BOOLEAN is, here
			c.Type, c.mayBeUnfit = connect.Boolean, true
			c.Read = ofText(func(text string) (any, bool) { return text == "1", text == "0" || text == "1" })
		case t.name != "bigint" || !strings.Contains(t.declared, "unsigned"):
			c.Type, c.Read = connect.Integer, ofText(readInteger)
		}
	case "float", "double":
		c.Type, c.Read = connect.Number, ofText(readNumber)
	case decimal:
		switch {
		case t.scale == 0 && t.precision <= 18:
			c.Type, c.Read = connect.Integer, ofText(readInteger)
		case t.precision <= 15:
			c.Type, c.Read = connect.Number, ofText(readNumber)
		}
	case "datetime", "timestamp":
		c.Type, c.mayBeUnfit = connect.Timestamp, true // 0000-00-00 is no time
		c.Read = ofText(func(text string) (any, bool) {
			at, err := time.Parse(time.DateTime, text) // with a fraction or without
			return at, err == nil
		})
	case "json":
		c.Type, c.Read = connect.JSON, ofText(func(text string) (any, bool) { return connect.Document(text), text != "" })
	case "bit":
		c.Select = "CONV(HEX(%s), 16, 10)"
	case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "geometry", "point", "linestring", "polygon":
		c.Select = "LOWER(HEX(%s))"
	}
	return c
}

func readInteger(text string) (any, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

func readNumber(text string) (any, bool) {
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil
}

// ofText reads what Rows yields.
func ofText(read func(text string) (any, bool)) func(raw any) (any, bool) {
	return func(raw any) (any, bool) {
		text, ok := raw.(string)
		if !ok {
			return nil, false
		}
		return read(text)
	}
}
