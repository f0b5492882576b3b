// Package intake reads files of rows, CSV, JSON Lines or Parquet, and what is
// piped into standard input.
//
// How it works: a file is read twice. The first time tells which columns there
// are and the narrowest type that holds every value of each, so that nothing is
// lost; the second time brings the rows. Standard input can be read but once, so
// its beginning has to do.
package intake

import (
	"cmp"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// The settings.
const (
	fieldPath       = "path"
	optionFormat    = "format"
	optionDelimiter = "delimiter"
	optionHeader    = "header"
	optionName      = "name"
	optionKey       = "key"
)

// standardInput is the path of what is piped in.
const standardInput = "-"

// New returns the connector "files" as a source.
func New() connect.Connector {
	return connect.Connector{
		Spec: connect.Spec{
			Name:    "files",
			Title:   "Files",
			About:   "CSV, JSON Lines or Parquet: a file, those that match a pattern, or standard input.",
			Example: "files:people.csv",
			Source:  true,
			Fields: []connect.Field{
				{Name: fieldPath, Title: "File", Help: "A file, a pattern such as exports/people-*.csv, or - for standard input.", Example: "people.csv", Required: true},
				{Name: optionDelimiter, Title: "Delimiter", Help: "What stands between the values of CSV; found out if it is not given.", Example: ";"},
				{Name: optionHeader, Title: "Header", Help: "Whether the first line of CSV names the columns.", Default: "true"},
			},
			Options: []connect.Field{
				{Name: optionFormat, Title: "Format", Help: "csv, jsonl or parquet; found out by the name and the content if it is not given.", Example: formatCSV},
				{Name: optionName, Title: "Name", Help: "What the rows are called; by default as the file."},
				{Name: optionKey, Title: "Key", Help: "The columns, by comma, that tell rows apart.", Example: "id"},
			},
		},
		Address:    address,
		OpenSource: openSource,
	}
}

// address reads what follows "files:": a path and options, "people.csv?header=false".
// The path becomes absolute, because progress is remembered by it.
func address(rest string) (map[string]string, error) {
	path, query, _ := strings.Cut(rest, "?")
	switch {
	case path == "":
		return nil, invalid(fieldPath, "no file is named").WithHint("write files:FILE, for example files:people.csv")
	case strings.HasPrefix(path, "//"):
		return nil, invalid(fieldPath, "files:// means different files to different programs").
			WithHint("write files:FILE, for example files:people.csv or files:/srv/people.csv")
	}
	given, err := url.ParseQuery(query)
	if err != nil {
		return nil, invalid(fieldPath, "what follows the question mark is not written as options").WithHint("write them as delimiter=;&header=false, with %%3B for a semicolon")
	}
	values := map[string]string{}
	for name, all := range given {
		if known := []string{optionFormat, optionDelimiter, optionHeader}; !slices.Contains(known, name) || len(all) > 1 {
			return nil, invalid(fieldPath, "the option %q is not known, or given twice", name).WithHint("there are %s", strings.Join(known, ", "))
		}
		values[name] = all[0]
	}
	if _, err := newOptions(values); err != nil {
		return nil, err
	}
	if path != standardInput {
		if path, err = filepath.Abs(path); err != nil {
			return nil, invalid(fieldPath, "finding %s: %w", rest, err)
		}
	}
	values[fieldPath] = path
	return values, nil
}

// The formats.
const (
	formatCSV     = "csv"
	formatJSONL   = "jsonl"
	formatParquet = "parquet"
)

// options are how files are read.
type options struct {
	format    string // empty: to be found out
	delimiter rune   // 0: to be found out
	header    bool
}

func newOptions(values map[string]string) (options, error) {
	o := options{format: values[optionFormat], header: true}
	if formats := []string{formatCSV, formatJSONL, formatParquet}; o.format != "" && !slices.Contains(formats, o.format) {
		return options{}, invalid(optionFormat, "there is no format %q", o.format).WithHint("choose from %s", strings.Join(formats, ", "))
	}
	switch values[optionHeader] {
	case "", "true":
	case "false":
		o.header = false
	default:
		return options{}, invalid(optionHeader, "header is true or false").WithHint("write header=false if the first line is a row")
	}
	if text := values[optionDelimiter]; text != "" {
		named := map[string]string{"tab": "\t", `\t`: "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
		r, n := utf8.DecodeRuneInString(cmp.Or(named[text], text))
		if n != len(cmp.Or(named[text], text)) || strings.ContainsRune("\r\n\"\uFFFD", r) {
			return options{}, invalid(optionDelimiter, "a delimiter is one character").WithHint("for example , or tab or %%3B, which is a semicolon in an address")
		}
		o.delimiter = r
	}
	return o, nil
}

func invalid(field, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).WithField(field)
}

// asItIs is how relation reads values that are read already.
func asItIs(raw any) (any, bool) { return raw, true }
