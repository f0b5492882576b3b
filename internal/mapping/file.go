package mapping

import (
	"errors"

	"go.yaml.in/yaml/v4"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// File is what a map file says. The zero File changes nothing.
type File struct {
	// Personal says what is done with each kind of personal data, in every
	// stream. What is not named is kept.
	Personal map[connect.Personal]Action `yaml:"personal"`
	// Streams are the rules of single streams, by name. A stream that is not
	// named is copied as it is, but for its personal data.
	Streams map[string]Rules `yaml:"streams"`
}

// Hashes reports whether something is hashed, so that there has to be a key.
func (f File) Hashes() bool {
	for _, action := range f.Personal {
		if action == Hash {
			return true
		}
	}
	for _, rules := range f.Streams {
		if len(rules.Hash) > 0 {
			return true
		}
	}
	return false
}

// Action is what is done with personal data.
type Action string

// The actions.
const (
	Hash   Action = "hash"   // equal values stay equal, and cannot be guessed without the key
	Redact Action = "redact" // nothing of it is kept
)

// Rules say how the records of one stream are written. Columns are named as the
// source names them, but for the new names in Rename, Set and Compute.
type Rules struct {
	To      string             `yaml:"to"`      // the table; empty: named as the stream
	Select  []string           `yaml:"select"`  // the columns to keep, in this order; empty: all
	Omit    []string           `yaml:"omit"`    // the columns to leave out
	Rename  map[string]string  `yaml:"rename"`  // from the source's name to the table's
	Set     map[string]any     `yaml:"set"`     // new columns that hold the same in every row
	Compute map[string]Compute `yaml:"compute"` // new columns that are made of others
	Filter  string             `yaml:"filter"`  // an expression; records of which it is not true are not kept
	Hash    []string           `yaml:"hash"`
	Redact  []string           `yaml:"redact"`
}

// Compute says how a column comes about: by one of Expr and JQ.
type Compute struct {
	Expr string `yaml:"expr"` // an expression over the columns
	JQ   string `yaml:"jq"`   // a jq program over the whole record
	Type string `yaml:"type"` // text, integer, number, boolean, timestamp or json
}

// maxFile is how long a map file may be, in bytes.
const maxFile = 1 << 20

// Parse reads a map file. An error is fault.Invalid and names the line; what is
// said of streams and columns is not checked before Compile.
func Parse(text []byte) (File, error) {
	if len(text) > maxFile {
		return File{}, fault.New(fault.Invalid, "the map file is longer than %d bytes", maxFile)
	}
	var files []File // one, or none if there are but comments
	err := yaml.Load(text, &files, yaml.WithAllDocuments(), yaml.WithKnownFields(), yaml.WithUniqueKeys())
	var all *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case err == nil && len(files) > 1:
		return File{}, fault.New(fault.Invalid, "the map file holds %d documents, not one", len(files))
	case err == nil:
		return append(files, File{})[0], nil
	case errors.As(err, &all) && len(all.Errors) > 0:
		one = all.Errors[0]
	case !errors.As(err, &one):
		return File{}, fault.New(fault.Invalid, "the map file is not YAML: %w", err)
	}
	line := max(one.Mark.Line, one.ContextMark.Line)
	return File{}, fault.New(fault.Invalid, "the map file, line %d: %s", line, one.Message).
		WithHint("see docs/mapping.md for what may stand there")
}
