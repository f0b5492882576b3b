// Package intake reads files of rows, CSV, JSON Lines or Parquet, of this
// machine or an object store, and what is piped into standard input.
//
// How it works: a file is read twice. The first time tells which columns there
// are and the narrowest type that holds every value of each, so that nothing is
// lost; the second time brings the rows. Standard input can be read but once, so
// its beginning has to do. A folder that Kalends wrote says itself what it holds.
package intake

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kalends/kalends/internal/bucket"
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
			Schemes: bucket.Schemes(),
			Title:   "Files",
			About:   "CSV, JSON Lines or Parquet: a file or object, those that match a pattern, or standard input.",
			Example: "files:people.csv",
			Source:  true,
			Fields: append([]connect.Field{
				{Name: fieldPath, Title: "File", Help: "A file, a pattern such as exports/people-*.csv, or - for standard input.", Example: "people.csv", Required: true},
				{Name: optionDelimiter, Title: "Delimiter", Help: "What stands between the values of CSV; found out if it is not given.", Example: ";"},
				{Name: optionHeader, Title: "Header", Help: "Whether the first line of CSV names the columns.", Default: "true"},
			}, bucket.Fields()...),
			Options: []connect.Field{
				{Name: optionFormat, Title: "Format", Help: "csv, jsonl or parquet; found out by the name and the content if it is not given.", Example: formatCSV},
				{Name: optionName, Title: "Name", Help: "What the rows are called; by default as the file."},
				{Name: optionKey, Title: "Key", Help: "The columns, by comma, that tell rows apart.", Example: "id"},
			},
		},
		Address:    address,
		Within:     within,
		OpenSource: openSource,
	}
}

// address reads what follows "files:", or the whole of an address with the
// scheme of an object store: a path and options, "people.csv?header=false".
func address(rest string) (map[string]string, error) {
	path, query, _ := strings.Cut(rest, "?")
	values, err := bucket.Options(query, optionFormat, optionDelimiter, optionHeader)
	if err != nil {
		return nil, err
	}
	if _, err := newOptions(values); err != nil {
		return nil, err
	}
	values[fieldPath], err = cleaned(path)
	return values, err
}

// cleaned makes the name of files the same however it is written: a path is
// absolute, because runs are told apart by it.
func cleaned(path string) (string, error) {
	switch {
	case path == "":
		return "", invalid(fieldPath, "no file is named").WithHint("write files:FILE, for example files:people.csv")
	case strings.HasPrefix(path, "//"):
		return "", invalid(fieldPath, "files:// means different files to different programs").
			WithHint("write files:FILE, for example files:people.csv or files:/srv/people.csv")
	case path == standardInput:
		return path, nil
	case bucket.Addresses(path):
		return bucket.Clean(path)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", invalid(fieldPath, "finding %s: %w", path, err)
	}
	return absolute, nil
}

// fieldURL is the folder or bucket of a credential, which says how files are
// written there, too.
const fieldURL = "url"

// within returns the settings of what follows the name of a credential:
// "people-*.csv?delimiter=tab" in its folder or bucket.
func within(credential map[string]string, rest string) (map[string]string, error) {
	path, _, _ := strings.Cut(rest, "?")
	if slices.Contains(strings.Split(path, "/"), "..") {
		return nil, invalid(fieldPath, "what follows the name of a credential cannot go up").WithHint("name a file in %s", credential[fieldURL])
	}
	values, err := address(strings.TrimSuffix(credential[fieldURL]+"/"+rest, "/"))
	if err != nil {
		return nil, err
	}
	for _, f := range bucket.Fields() {
		if v := credential[f.Name]; v != "" && values[f.Name] == "" {
			values[f.Name] = v
		}
	}
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
