// Package files writes records to files in a folder or in the bucket of an
// object store: JSON Lines, CSV or Parquet. docs/files.md says what readers
// find there.
//
// How it works: a transaction writes its changes, sorted by key, to files that
// only Kalends looks at, and becomes visible by replacing the manifest. When a
// run ends, the changes of a stream are merged with its snapshot, and a new
// snapshot takes the name of the old one. With the layout "log" the changes
// are published as they are.
package files

import (
	"maps"
	"path/filepath"
	"strings"

	"github.com/kalends/kalends/internal/bucket"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// New returns the connector "files".
func New() connect.Connector {
	return connect.Connector{
		Spec: connect.Spec{
			Name:        "files",
			Schemes:     bucket.Schemes(),
			Title:       "Files",
			About:       "JSON Lines, CSV or Parquet in a folder, S3, Google Cloud Storage or Azure Blob Storage.",
			Example:     "files:FOLDER?format=parquet",
			Destination: true,
			Fields:      fields(),
			Guide: []string{
				"For a folder of this machine no credential is needed: --to files:FOLDER",
				"Make an access key that may list, read, write and delete objects in the bucket; one to read only needs to list and read.",
				"Leave the access key out to use what the environment gives: AWS_*, GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_*.",
			},
		},
		Address:         address,
		Verify:          verify,
		OpenDestination: open,
	}
}

func fields() []connect.Field {
	return append([]connect.Field{
		{Name: "url", Title: "Folder or bucket", Help: "Where the files are kept.", Example: "s3://bucket/calendly", Required: true},
		{Name: "format", Title: "Format", Help: "jsonl, csv or parquet.", Example: "parquet", Default: "jsonl"},
		{Name: "layout", Title: "Layout", Help: "snapshot keeps the present rows of each stream, log every change.", Example: "log", Default: snapshot},
		{Name: "compress", Title: "Compression", Help: "none, gzip or zstd; Parquet uses zstd by default.", Example: "gzip"},
		{Name: "partition", Title: "Partition", Help: "Parts the files by the time in a column: day, month or year.", Example: "start_time:month"},
	}, bucket.Fields()...)
}

// address reads what follows "files:", or the whole of an address with the
// scheme of an object store: FOLDER?options or s3://bucket/prefix?options.
func address(rest string) (map[string]string, error) {
	where, query, _ := strings.Cut(rest, "?")
	values, err := bucket.Options(query, optionNames()...)
	if err != nil {
		return nil, refused(err)
	}
	o, err := newOptions(values)
	if err != nil {
		return nil, err
	}
	maps.Copy(values, o.values())
	values["url"], err = place(where)
	return values, err
}

// place makes the name of a place the same however it is written: a folder's
// is absolute, because progress is remembered by it.
func place(where string) (string, error) {
	switch {
	case where == "":
		return "", invalid("no folder is named").WithHint("write files:FOLDER, for example files:calendly?format=parquet")
	case strings.HasPrefix(where, "//"):
		return "", invalid("files:// means different folders to different programs").
			WithHint("write files:FOLDER, for example files:calendly or files:/srv/calendly")
	case bucket.Addresses(where):
		clean, err := bucket.Clean(where)
		return clean, refused(err)
	}
	path, err := filepath.Abs(where)
	if err != nil {
		return "", invalid("finding %s: %w", where, err)
	}
	return path, nil
}

// invalid is a fault of the address that the user gave.
func invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).WithField("to")
}
