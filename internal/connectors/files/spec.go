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
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// New returns the connector "files".
func New() connect.Connector {
	return connect.Connector{
		Spec: connect.Spec{
			Name:        "files",
			Schemes:     []string{"s3", "gs", "azblob"},
			Title:       "Files",
			About:       "JSON Lines, CSV or Parquet in a folder, S3, Google Cloud Storage or Azure Blob Storage.",
			Example:     "files:FOLDER?format=parquet",
			Destination: true,
			Fields:      fields(),
			Guide: []string{
				"For a folder of this machine no credential is needed: --to files:FOLDER",
				"Make an access key that may list, read, write and delete objects in the bucket.",
				"Leave the access key out to use what the environment gives: AWS_*, GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_*.",
			},
		},
		Address:         address,
		Verify:          verify,
		OpenDestination: open,
	}
}

func fields() []connect.Field {
	return []connect.Field{
		{Name: "url", Title: "Folder or bucket", Help: "Where the files are kept.", Example: "s3://bucket/calendly", Required: true},
		{Name: "format", Title: "Format", Help: "jsonl, csv or parquet.", Example: "parquet", Default: "jsonl"},
		{Name: "layout", Title: "Layout", Help: "snapshot keeps the present rows of each stream, log every change.", Example: "log", Default: snapshot},
		{Name: "compress", Title: "Compression", Help: "none, gzip or zstd; Parquet uses zstd by default.", Example: "gzip"},
		{Name: "partition", Title: "Partition", Help: "Parts the files by the time in a column: day, month or year.", Example: "start_time:month"},
		{Name: "region", Title: "Region", Help: "The region of an S3 bucket.", Example: "eu-central-1"},
		{Name: "endpoint", Title: "Endpoint", Help: "The URL of a store that speaks S3 and is not Amazon's.", Example: "https://minio.example.com"},
		{Name: "access_key_id", Title: "Access key ID", Help: "Of an S3 access key; empty: the environment's.", Example: "AKIA…"},
		{Name: "secret_access_key", Title: "Secret access key", Help: "Of the S3 access key.", Secret: true},
	}
}

// address reads what follows "files:", or the whole of an address with the
// scheme of an object store: FOLDER?options or s3://bucket/prefix?options.
func address(rest string) (map[string]string, error) {
	where, query, _ := strings.Cut(rest, "?")
	values, err := addressOptions(query)
	if err != nil {
		return nil, err
	}
	values["url"], err = place(where)
	return values, err
}

// place makes the name of a place the same however it is written: a folder's
// is absolute, because progress is remembered by it.
func place(where string) (string, error) {
	scheme, bucket, isURL := strings.Cut(where, "://")
	switch {
	case where == "":
		return "", invalid("no folder is named").WithHint("write files:FOLDER, for example files:calendly?format=parquet")
	case strings.HasPrefix(where, "//"):
		return "", invalid("files:// means different folders to different programs").
			WithHint("write files:FOLDER, for example files:calendly or files:/srv/calendly")
	case !isURL:
		path, err := filepath.Abs(where)
		if err != nil {
			return "", invalid("finding %s: %w", where, err)
		}
		return path, nil
	case !slices.Contains(New().Spec.Schemes, scheme):
		return "", invalid("there is no object store %s://", scheme).WithHint("write s3://, gs:// or azblob:// and the bucket")
	}
	name, prefix, _ := strings.Cut(bucket, "/")
	prefix = strings.Trim(prefix, "/")
	switch {
	case strings.ContainsAny(bucket, "@"):
		return "", invalid("an address must not hold a name or a password").WithHint("%s", keysHint)
	case name == "":
		return "", invalid("no bucket is named").WithHint("write %s://bucket/prefix", scheme)
	case slices.Contains(strings.Split(prefix, "/"), ".."):
		return "", invalid("a prefix cannot go up").WithHint("write %s://bucket/prefix", scheme)
	}
	return strings.TrimSuffix(scheme+"://"+name+"/"+prefix, "/"), nil
}

const keysHint = "leave it out: keys are taken from the environment (AWS_*, GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_*), or save a credential with: kalends credential add files"

// addressOptions reads the options of an address. An unknown one is not
// repeated with its value, which may be a secret.
func addressOptions(query string) (map[string]string, error) {
	given, err := url.ParseQuery(query)
	if err != nil {
		return nil, invalid("what follows the question mark is not written as options").WithHint("write them as format=parquet&layout=log")
	}
	names := append(optionNames(), "region", "endpoint")
	values := map[string]string{}
	for name, all := range given {
		switch {
		case isKey(name):
			return nil, invalid("an address must not hold keys").WithHint("%s", keysHint)
		case !slices.Contains(names, name):
			return nil, invalid("there is no option %q", name).WithHint("choose from %s", strings.Join(names, ", "))
		case len(all) > 1:
			return nil, invalid("the option %s is given twice", name).WithHint("give it once")
		}
		values[name] = all[0]
	}
	o, err := newOptions(values)
	if err != nil {
		return nil, err
	}
	for name, v := range map[string]string{"format": o.Format, "layout": o.Layout, "compress": o.Compress, "partition": o.Partition} {
		values[name] = v
	}
	return values, nil
}

// isKey reports whether an option of that name may hold a secret.
func isKey(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"key", "secret", "token", "password", "sig", "credential", "account"}, func(part string) bool {
		return strings.Contains(name, part)
	})
}

// invalid is a fault of the address that the user gave.
func invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).WithField("to")
}
