package bucket

import (
	"cmp"
	"context"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/azureblob" // azblob://
	_ "gocloud.dev/blob/gcsblob"   // gs://
	"gocloud.dev/blob/s3blob"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Bucket is an open bucket, or what in it has a prefix. It is safe for
// concurrent use, and to be closed.
type Bucket struct {
	*blob.Bucket

	patience time.Duration
}

// Open opens the bucket of a clean address; the names of objects are relative to
// the prefix in it. Nothing is asked of the store yet. What the settings do not
// say is taken from the environment.
func Open(ctx context.Context, address string, s connect.Settings) (Bucket, error) {
	scheme, rest, _ := strings.Cut(address, "://")
	name, prefix, _ := strings.Cut(rest, "/")
	if s.Values[fieldKeyID] != "" && s.Secrets[fieldSecret].Empty() {
		return Bucket{}, invalid("the secret access key is missing").WithField(fieldSecret).
			WithHint("give it, or leave the access key ID out to use the environment's")
	}
	var b *blob.Bucket
	var err error
	if scheme == "s3" {
		b, err = openS3(ctx, name, s)
	} else {
		b, err = blob.OpenBucket(ctx, scheme+"://"+name)
	}
	if err != nil {
		return Bucket{}, fault.New(fault.Invalid, "opening %s: %w", address, err).WithHint("check that the environment gives credentials for it")
	}
	if prefix != "" {
		b = blob.PrefixedBucket(b, prefix+"/")
	}
	return Bucket{b, Patience}, nil
}

func openS3(ctx context.Context, name string, s connect.Settings) (*blob.Bucket, error) {
	var options []func(*config.LoadOptions) error
	endpoint, region := s.Values[fieldEndpoint], s.Values[fieldRegion]
	if endpoint != "" { // other stores have no regions
		region = cmp.Or(region, os.Getenv("AWS_REGION"), "us-east-1")
	}
	if region != "" {
		options = append(options, config.WithRegion(region))
	}
	if id := s.Values[fieldKeyID]; id != "" {
		options = append(options, config.WithCredentialsProvider(
			credentials.NewStaticCredentialsProvider(id, s.Secrets[fieldSecret].Reveal(), "")))
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
