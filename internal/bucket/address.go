// Package bucket opens buckets of object stores, those of S3, Google Cloud
// Storage and Azure Blob Storage: how they are addressed and with which keys,
// how long an answer may take, and what their errors mean.
package bucket

import (
	"net/url"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

const (
	fieldRegion   = "region"
	fieldEndpoint = "endpoint"
	fieldKeyID    = "access_key_id"
	fieldSecret   = "secret_access_key"
)

// Schemes are those of the addresses: "s3://bucket/prefix".
func Schemes() []string { return []string{"s3", "gs", "azblob"} }

// Fields are the settings that Open reads.
func Fields() []connect.Field {
	return []connect.Field{
		{Name: fieldRegion, Title: "Region", Help: "The region of an S3 bucket.", Example: "eu-central-1", Aside: true},
		{Name: fieldEndpoint, Title: "Endpoint", Help: "The URL of a store that speaks S3 and is not Amazon's.", Example: "https://minio.example.com"},
		{Name: fieldKeyID, Title: "Access key ID", Help: "Of an S3 access key; empty: the environment's.", Example: "AKIA…", Aside: true},
		{Name: fieldSecret, Title: "Secret access key", Help: "Of the S3 access key.", Secret: true},
	}
}

// Addresses reports whether a text is, or is meant as, the address of a bucket
// or what is in it, rather than a path.
func Addresses(text string) bool { return strings.Contains(text, "://") }

// Clean returns an address in the one way in which it is remembered:
// "s3://bucket/prefix". One that is wrong is a fault.Invalid without a field.
func Clean(address string) (string, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	if !slices.Contains(Schemes(), scheme) {
		return "", invalid("there is no object store %s://", scheme).WithHint("write s3://, gs:// or azblob:// and the bucket")
	}
	name, prefix, _ := strings.Cut(rest, "/")
	prefix = strings.Trim(prefix, "/")
	switch {
	case strings.ContainsAny(name, "@:"): // a secret may have a slash in it
		return "", invalid("an address must not hold a name or a password").WithHint("%s", keysHint)
	case name == "":
		return "", invalid("no bucket is named").WithHint("write %s://bucket/prefix", scheme)
	case slices.Contains(strings.Split(prefix, "/"), ".."):
		return "", invalid("a prefix cannot go up").WithHint("write %s://bucket/prefix", scheme)
	}
	return strings.TrimSuffix(scheme+"://"+name+"/"+prefix, "/"), nil
}

const keysHint = "leave it out: keys are taken from the environment (AWS_*, GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_*), or save a credential with: kalends credential add files"

// Options reads what follows the question mark of an address: options of these
// names, and those of buckets. One that is not known is a fault.Invalid, which
// does not repeat its value: that may be a secret.
func Options(query string, names ...string) (map[string]string, error) {
	given, err := url.ParseQuery(query)
	if err != nil {
		return nil, invalid("what follows the question mark is not written as options").
			WithHint("write them as format=csv&region=eu-central-1, with %%3B for a semicolon")
	}
	names = append(slices.Clone(names), fieldRegion, fieldEndpoint)
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
	return values, nil
}

// isKey reports whether an option of that name may hold a secret.
func isKey(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"key", "secret", "token", "password", "sig", "credential", "account"}, func(part string) bool {
		return strings.Contains(name, part)
	})
}

func invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...)
}
