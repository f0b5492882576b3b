package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// folder is a store in a folder of this machine.
type folder struct {
	path string
	// fleeting files need not survive a power cut.
	fleeting bool
}

var _ store = folder{}

// unfinished ends the names of files that are being written.
const unfinished = ".tmp"

// in returns the path of a file.
func (f folder) in(name string) string { return filepath.Join(f.path, filepath.FromSlash(name)) }

// Create writes beside the name and renames, so that a reader of the name sees
// the old file or the new one.
func (f folder) Create(ctx context.Context, name string) (upload, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := f.makeFolder(path.Dir(name)); err != nil {
		return nil, err
	}
	made, err := os.Create(f.in(name) + unfinished)
	if err != nil {
		return nil, err
	}
	return &localUpload{File: made, folder: f, name: name}, nil
}

type localUpload struct {
	*os.File
	folder folder
	name   string
	ended  bool
}

func (u *localUpload) Commit() error {
	u.ended = true
	var err error
	if !u.folder.fleeting {
		err = u.Sync()
	}
	err = errors.Join(err, u.Close())
	if err == nil {
		err = os.Rename(u.Name(), u.folder.in(u.name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(u.Name()))
	}
	return u.folder.sync(path.Dir(u.name))
}

func (u *localUpload) Abort() error {
	if u.ended {
		return nil
	}
	u.ended = true
	return errors.Join(u.Close(), os.Remove(u.Name()))
}

// sync makes the names in a folder durable. Windows does so by itself and
// knows no such call.
func (f folder) sync(name string) error {
	if f.fleeting || runtime.GOOS == "windows" {
		return nil
	}
	opened, err := os.Open(f.in(name))
	if err != nil {
		return err
	}
	return errors.Join(opened.Sync(), opened.Close())
}

func (f folder) Open(ctx context.Context, name string) (file, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	opened, err := os.Open(f.in(name))
	if err != nil {
		return nil, err
	}
	info, err := opened.Stat()
	if err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	return localFile{opened, info.Size()}, nil
}

type localFile struct {
	*os.File
	size int64
}

func (f localFile) Size() int64 { return f.size }

func (f folder) List(ctx context.Context, prefix string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(f.in(path.Dir(prefix+"x")), func(at string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return errors.Join(err, ctx.Err())
		}
		name, err := filepath.Rel(f.path, at)
		if name = filepath.ToSlash(name); strings.HasPrefix(name, prefix) {
			names = append(names, name)
		}
		return err
	})
	slices.Sort(names)
	return names, err
}

func (f folder) Move(ctx context.Context, from, to string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, err := os.Stat(f.in(from)); err != nil {
		return err
	}
	if err := f.makeFolder(path.Dir(to)); err != nil {
		return err
	}
	if err := os.Rename(f.in(from), f.in(to)); err != nil {
		return err
	}
	return f.sync(path.Dir(to))
}

// makeFolder makes a folder, and those above it, whose names are to last too.
func (f folder) makeFolder(name string) error {
	if _, err := os.Stat(f.in(name)); err == nil || name == "." {
		return err
	}
	if err := f.makeFolder(path.Dir(name)); err != nil {
		return err
	}
	if err := os.Mkdir(f.in(name), 0o755); err != nil {
		return err
	}
	return f.sync(path.Dir(name))
}

// Remove also removes the folder of a partition that is empty now.
func (f folder) Remove(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := os.Remove(f.in(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if strings.Count(name, "/") > 1 && !strings.HasPrefix(name, own) {
		left, err := os.ReadDir(f.in(path.Dir(name)))
		if err == nil && len(left) == 0 {
			return os.Remove(f.in(path.Dir(name)))
		}
	}
	return nil
}
