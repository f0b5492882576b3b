package calendly

import (
	"reflect"
	"strings"
	"time"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
)

// field is a place in a record and the column it fills.
type field struct {
	path   []string // names of nested objects, the last that of the value
	column connect.Column
	uri    bool // the value names another record
}

// fieldsOf derives the columns of a record from the struct that describes it:
// one per value, nested objects flattened with "_", everything that repeats as
// JSON.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
			continue
		case f.Anonymous && name == "":
			fields = append(fields, fieldsOf(pointed(f.Type))...)
			continue
		}
		fields = append(fields, fieldsAt(name, pointed(f.Type))...)
	}
	return fields
}

func fieldsAt(name string, t reflect.Type) []field {
	if kind, ok := kindOf(t); ok {
		return []field{{path: []string{name}, column: connect.Column{Name: name, Type: kind}, uri: t == reflect.TypeFor[api.URI]()}}
	}
	nested := fieldsOf(t)
	for i, f := range nested {
		nested[i].path = append([]string{name}, f.path...)
		nested[i].column.Name = name + "_" + f.column.Name
	}
	return nested
}

// kindOf returns the column type for values of t; false if t is an object to
// be flattened.
func kindOf(t reflect.Type) (connect.Type, bool) {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return connect.Timestamp, true
	case t.Kind() == reflect.Struct:
		return 0, false
	}
	switch t.Kind() {
	case reflect.String:
		return connect.Text, true
	case reflect.Bool:
		return connect.Boolean, true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return connect.Integer, true
	case reflect.Float32, reflect.Float64:
		return connect.Number, true
	default:
		return connect.JSON, true
	}
}

func pointed(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}
