package files

import (
	"context"
	"io"
)

// store is where files are kept: a folder or a bucket. Names have slashes and
// are relative to it. A file is there whole or not at all, and what was
// committed, moved or removed survives a power cut.
type store interface {
	// Create starts a file that replaces the one of that name when it is
	// committed. A ctx that is canceled later does not end it.
	Create(ctx context.Context, name string) (upload, error)
	// Open opens a file to be read; without one the error is fs.ErrNotExist.
	Open(ctx context.Context, name string) (file, error)
	// List returns the names of all files that begin with prefix, sorted.
	List(ctx context.Context, prefix string) ([]string, error)
	// Move gives a file another name and replaces what has it. Without a file
	// of the first name the error is fs.ErrNotExist.
	Move(ctx context.Context, from, to string) error
	// Remove removes a file if it is there.
	Remove(ctx context.Context, name string) error
}

// upload is a file that is being written; it ends with Commit or Abort.
type upload interface {
	io.Writer
	Commit() error
	// Abort drops what was written; after Commit it does nothing.
	Abort() error
}

// file is a file that is read.
type file interface {
	io.Reader
	io.ReaderAt
	io.Closer
	Size() int64
}
