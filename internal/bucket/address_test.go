package bucket

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"s3://bucket": "s3://bucket", "s3://bucket/": "s3://bucket", "gs://b/a/b/": "gs://b/a/b", "azblob://b/a/*.csv": "azblob://b/a/*.csv",
		"s3://bucket/me@example.com:1.csv": "s3://bucket/me@example.com:1.csv",
	} {
		if got, err := Clean(address); err != nil || got != want {
			t.Errorf("%s: %s, %v", address, got, err)
		}
	}
	for address, says := range map[string]string{
		"s3://": "no bucket", "s3:///x": "no bucket", "ftp://bucket": "ftp", "s3://bucket/../x": "go up",
		"s3://id:hidden@bucket": "password", "s3://id:hid/den@bucket": "password", "s3://hidden@bucket/x": "password",
	} {
		_, err := Clean(address)
		if fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hid") {
			t.Errorf("%s: %v (%s)", address, err, fault.HintOf(err))
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	got, err := Options("region=eu&endpoint=http://x&format=csv", "format")
	if d := cmp.Diff(map[string]string{"region": "eu", "endpoint": "http://x", "format": "csv"}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	for query, says := range map[string]string{
		"format=hidden": `no option "format"`, "region=hidden&region=b": "twice", "a=hidden;b": "not written as options",
		"secret_access_key=hidden": "keys", "X-Amz-Signature=hidden": "keys", "AccountName=hidden": "keys",
	} {
		_, err := Options(query)
		if fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hidden") {
			t.Errorf("%s: %v (%s)", query, err, fault.HintOf(err))
		}
	}
}

func TestOpen_needs_a_whole_key(t *testing.T) {
	t.Parallel()
	_, err := Open(t.Context(), "s3://bucket", connect.Settings{Values: map[string]string{fieldKeyID: "id"}})
	if fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != fieldSecret {
		t.Errorf("%v of %q", err, fault.FieldOf(err))
	}
}
