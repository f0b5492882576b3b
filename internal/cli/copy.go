package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
)

// copyFlags are the flags that say which copy is meant, and how it is made.
type copyFlags struct {
	req     app.SyncRequest
	options sourceOptions
}

// sourceOptions are the flags of a source's options, by their names.
type sourceOptions map[string]*string

// option is an option of the source, by its name there; its default is in the
// source's spec.
type option struct{ name, about string }

// fromAbout says what --from takes.
const fromAbout = "what is read: a `CREDENTIAL` (see kalends credential list), with /SCHEMA or /FILE behind it if you like, or an address such as sqlite:FILE, files:FILE, s3://BUCKET/FILE or postgres://USER@HOST/DATABASE, or - for standard input"

// relationOptions are those of sources that are no services.
func relationOptions() []option {
	return []option{
		{"query", "read the result of this SELECT instead of tables"},
		{"name", "what the rows of a query or file are called (default query, or the file's name)"},
		{"format", "how a file is written: csv, jsonl or parquet (default: what it looks like)"},
		{"key", "the columns, by comma, that tell rows apart, instead of the primary key"},
	}
}

// addOptions adds the flags of options to a command.
func addOptions(cmd *cobra.Command, options []option) sourceOptions {
	s := sourceOptions{}
	for _, o := range options {
		s[o.name] = cmd.Flags().String(strings.ReplaceAll(o.name, "_", "-"), "", o.about)
	}
	return s
}

// given returns the options that were given.
func (s sourceOptions) given() map[string]string {
	given := map[string]string{}
	for name, value := range s {
		if *value != "" {
			given[name] = *value
		}
	}
	return given
}

// add adds the flags to a command.
func (f *copyFlags) add(cmd *cobra.Command, options []option) {
	cmd.Flags().StringVar(&f.req.From, "from", "", fromAbout)
	cmd.Flags().StringVar(&f.req.To, "to", "", "where the copy is: an `ADDRESS` such as sqlite:FILE or postgres://USER@HOST/DATABASE, or a credential, with /SCHEMA, /DATABASE or /PATH behind it if you like")
	cmd.Flags().StringSliceVar(&f.req.Streams, "streams", nil, "only these streams, by comma (see kalends streams)")
	cmd.Flags().StringVar(&f.req.Map, "map", "", "the map `FILE` that says how records are written (see docs/mapping.md)")
	cmd.Flags().StringVar(&f.req.Start, "start", "", "leave out what happened before this date or RFC 3339 time (UTC)")
	budget := option{"budget", "how much of your Calendly limit is used at most; the rest is left to your other integrations (default 80%)"}
	f.options = addOptions(cmd, slices.Concat([]option{budget}, relationOptions(), options))
}

// request returns what the flags say.
func (f *copyFlags) request() app.SyncRequest {
	req := f.req
	req.Fresh = f.options.given()
	return req
}
