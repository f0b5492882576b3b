package sqlite

import (
	"context"

	"github.com/kalends/kalends/internal/connect"
)

// verify opens the file as a destination does, or else as a source.
func verify(ctx context.Context, s connect.Settings) (connect.Verification, error) {
	write := func(ctx context.Context, path string) error {
		d, err := openFile(ctx, path, patience)
		if err != nil {
			return err
		}
		return d.Close()
	}
	read := func(ctx context.Context, path string) error {
		r, err := openReader(ctx, path, patience)
		if err != nil {
			return err
		}
		return r.Close()
	}
	return file().Verify(ctx, s, write, read)
}
