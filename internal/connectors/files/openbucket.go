package files

import (
	"cmp"
	"context"
	"errors"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/azureblob" // azblob://
	_ "gocloud.dev/blob/gcsblob"   // gs://
	"gocloud.dev/blob/s3blob"

	"github.com/kalends/kalends/internal/connect"
)

// openBucket opens the bucket in an address like s3://bucket/prefix. Nothing is
// asked of the store yet.
func openBucket(ctx context.Context, where string, s connect.Settings) (opened, error) {
	scheme, rest, _ := strings.Cut(where, "://")
	name, prefix, _ := strings.Cut(rest, "/")
	var b *blob.Bucket
	var err error
	if scheme == "s3" {
		b, err = openS3(ctx, name, s)
	} else {
		b, err = blob.OpenBucket(ctx, scheme+"://"+name)
	}
	if err != nil {
		return opened{}, invalid("opening %s: %w", where, err).WithHint("check that the environment gives credentials for it")
	}
	if prefix != "" {
		b = blob.PrefixedBucket(b, prefix+"/")
	}
	spool, err := os.MkdirTemp("", "kalends-files-")
	if err != nil {
		return opened{}, errors.Join(faultOf(ctx, "opening", where, err), b.Close())
	}
	return opened{
		name: where, store: bucket{Bucket: b, spool: spool}, scratch: folder{path: spool, fleeting: true},
		release: func() error { return errors.Join(b.Close(), os.RemoveAll(spool)) },
	}, nil
}

// openS3 takes what the settings do not say from the environment.
func openS3(ctx context.Context, name string, s connect.Settings) (*blob.Bucket, error) {
	var options []func(*config.LoadOptions) error
	endpoint, region := s.Values["endpoint"], s.Values["region"]
	if endpoint != "" { // other stores have no regions
		region = cmp.Or(region, os.Getenv("AWS_REGION"), "us-east-1")
	}
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	if id := s.Values["access_key_id"]; id != "" {
		options = append(options, config.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(id, s.Secrets["secret_access_key"].Reveal(), "")))
	}
	cfg, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, err
	}
	client := s3.NewFromConfig(cfg, func(o *s3.Options) {
		if endpoint != "" {
			o.BaseEndpoint, o.UsePathStyle = &endpoint, true
		}
	})
	return s3blob.OpenBucket(ctx, client, name, nil)
}
