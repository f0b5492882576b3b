package dialect

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// FieldPath is the setting that names the file of a File.
const FieldPath = "path"

// File is a system that keeps a database in one file, named by its address. It
// says in words what is wrong with a file before the system does.
type File struct {
	Scheme  string // "sqlite"
	Called  string // what the file is: "an SQLite file"
	Example string // "calendly.db"
}

// Guide says how to fill them in.
func (f File) Guide() []string {
	return []string{
		"No credential is needed: --to " + f.Scheme + ":FILE names the file, too.",
		"Choose a file in a folder of this machine that nothing else cleans up.",
	}
}

// Fields are the settings.
func (f File) Fields() []connect.Field {
	return []connect.Field{{
		Name:     FieldPath,
		Title:    "Database file",
		Help:     "Where the tables are kept. The file is made if it is missing, its folder is not.",
		Example:  f.Example,
		Required: true,
	}}
}

// Address reads the FILE of "scheme:FILE": a path, absolute or relative to the
// working folder, taken as it is written. What it returns is absolute, because
// progress is remembered by it and must not be that of another folder's file.
//
// The form scheme://… is refused: programs disagree on whether scheme:///a.db
// is a.db here or in the root folder. So is a "?", which other programs take
// for the start of options.
func (f File) Address(rest string) (map[string]string, error) {
	switch {
	case strings.HasPrefix(rest, "//"):
		return nil, unusable("%s:// means different files to different programs", f.Scheme).
			WithHint("write %s:FILE, for example %[1]s:%[2]s or %[1]s:/srv/%[2]s", f.Scheme, f.Example)
	case strings.Contains(rest, "?"):
		return nil, unusable("the address of %s takes no options", f.Called).
			WithHint("leave out the question mark and what follows it")
	}
	path, err := f.Path(rest)
	if err != nil {
		return nil, err
	}
	return map[string]string{FieldPath: path}, nil
}

// Path returns the absolute form of the name of a file, and refuses what is not
// one.
func (f File) Path(name string) (string, error) {
	switch {
	case name == "":
		return "", unusable("no file is named").
			WithHint("write %s:FILE, for example %[1]s:%s", f.Scheme, f.Example)
	case strings.HasPrefix(name, ":memory:"):
		return "", unusable("a database in memory is gone when the command ends").
			WithHint("name a file, for example %s:%s", f.Scheme, f.Example)
	}
	path, err := filepath.Abs(name)
	if err != nil {
		return "", unusable("finding %s: %w", name, err)
	}
	return path, nil
}

// Usable says why there can be no database at an absolute path.
func (f File) Usable(path string) error {
	switch info, err := os.Stat(path); {
	case err == nil && info.IsDir():
		return unusable("%s is a folder", path).WithHint("name a file in it: %s:%s", f.Scheme, filepath.Join(path, f.Example))
	case err == nil && !info.Mode().IsRegular():
		return unusable("%s is not a file that can hold a database", path).WithHint("choose another file")
	case err == nil && info.Mode().Perm()&0o222 == 0: // root could, but was not meant to
		return unusable("%s is marked as read-only", path).WithHint("choose another file, or let it be written")
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return unusable("%s cannot be reached: %w", path, err).WithHint("choose a file in a folder that you may write to")
	}
	folder := filepath.Dir(path)
	if _, err := os.Stat(folder); err != nil {
		return unusable("the folder %s does not exist", folder).WithHint("make the folder, or choose a file in another one")
	}
	return nil
}

// Readable says why no database can be read at an absolute path.
func (f File) Readable(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.New(fault.NotFound, "there is no file %s", path).WithField(fieldFrom).WithHint("check the name, and the folder you are in")
	case err != nil:
		return unreadable("%s cannot be reached: %w", path, err).WithHint("choose a file that you may read")
	case !info.Mode().IsRegular():
		return unreadable("%s is not a file that can hold a database", path).WithHint("choose another file")
	}
	opened, err := os.Open(path)
	if err != nil {
		return unreadable("%s cannot be read: %w", path, err).WithHint("choose a file that you may read")
	}
	return opened.Close()
}

// Refused makes the fault of a file that could not be opened one of the address.
func Refused(err error) error {
	var made *fault.Error
	if errors.As(err, &made) && made.Kind != fault.Canceled {
		made.Field = fieldTo
	}
	return err
}

const (
	fieldTo   = "to"
	fieldFrom = "from"
)

func unreadable(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).WithField(fieldFrom)
}

// unusable is a fault of the address that the user gave.
func unusable(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).WithField(fieldTo)
}

// Verify tells what may be done with the file of a credential by opening it: a
// file that may only be read is enough for a source.
func (f File) Verify(
	ctx context.Context, s connect.Settings,
	write func(context.Context, connect.Settings) (connect.Destination, error),
	read func(context.Context, connect.Settings) (connect.Source, error),
) (connect.Verification, error) {
	path, err := f.Path(s.Values[FieldPath])
	if err != nil {
		return connect.Verification{}, ofPath(err)
	}
	written := "yes"
	d, err := write(ctx, s)
	if err == nil {
		err = d.Close()
	} else if _, cannot := read(ctx, s); cannot == nil {
		written, err = "no", nil
	}
	if err != nil {
		return connect.Verification{}, ofPath(err)
	}
	values := maps.Clone(s.Values)
	values[FieldPath] = path
	return connect.Verification{Values: values, Facts: []connect.Fact{
		{Name: "may_be_written", Title: "May be written", Value: written},
	}}, nil
}

// ofPath makes a fault of an address one of the field of a credential.
func ofPath(err error) error {
	var made *fault.Error
	if errors.As(err, &made) && made.Field == fieldTo {
		made.Field = FieldPath
	}
	return err
}
