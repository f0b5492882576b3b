package intake

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation"
)

// source reads files that are one stream.
type source struct {
	files    []string
	piped    io.Reader // what standard input says, from its beginning on
	options  options
	columns  *columns
	relation *relation.Relation
}

var _ connect.Source = (*source)(nil)

// openSource reads the files once, or the beginning of standard input, and so
// knows their columns.
func openSource(ctx context.Context, s connect.Settings) (connect.Source, error) {
	return open(ctx, s, os.Stdin)
}

func open(ctx context.Context, s connect.Settings, stdin io.Reader) (connect.Source, error) {
	o, err := newOptions(s.Values)
	if err != nil {
		return nil, err
	}
	src := &source{options: o, columns: newColumns()}
	path := s.Values[fieldPath]
	name := cmp.Or(s.Values[optionName], streamName(path), "rows")
	if path == standardInput {
		name = cmp.Or(s.Values[optionName], "stdin")
		err = src.surveyHead(ctx, stdin)
	} else if src.files, err = matching(path); err == nil {
		err = src.survey(ctx)
	}
	if err != nil {
		return nil, err
	}
	src.columns.settled = true
	var all []relation.Column
	for i, name := range src.columns.names {
		all = append(all, relation.Column{Name: name, Type: src.columns.types[i].narrowest(), Read: asItIs})
	}
	if src.relation, err = relation.New(name, all, nil, s.Values); err != nil {
		return nil, err
	}
	return src, nil
}

// matching returns the files that a path names: one, or those of a pattern.
func matching(path string) ([]string, error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, invalid("from", "%s is a folder", path).WithHint("name a file or a pattern: files:%s", filepath.Join(path, "*.csv"))
	case err == nil:
		return []string{path}, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, invalid("from", "%s cannot be read: %w", path, err).WithHint("choose a file that you may read")
	}
	files, err := filepath.Glob(path)
	if err != nil || len(files) == 0 {
		return nil, fault.New(fault.NotFound, "there is no file %s", path).WithField("from").WithHint("check the name, and the folder you are in")
	}
	slices.Sort(files)
	return files, nil
}

// survey learns the columns of all files, and their types.
func (s *source) survey(ctx context.Context) error {
	for _, err := range s.rows(ctx, func(row []any) ([]any, error) { s.columns.see(row); return row, nil }) {
		if err != nil {
			return err
		}
	}
	return nil
}

// head is how much of standard input is read to learn its columns.
const head = 1 << 20

// surveyHead learns the columns of standard input by how it begins.
func (s *source) surveyHead(ctx context.Context, stdin io.Reader) error {
	text, closing, err := plain(stdin) // closed with the process
	if err != nil {
		closing()
		return place{"standard input", 1}.wrong(err)
	}
	begins, err := io.ReadAll(io.LimitReader(text, head))
	if err != nil {
		return place{"standard input", 1}.wrong(err)
	}
	s.piped = io.MultiReader(bytes.NewReader(begins), text)
	whole := len(begins) < head
	if end := bytes.LastIndexByte(begins, '\n'); !whole && end >= 0 {
		begins = begins[:end+1]
	}
	n := 0
	for _, err := range s.rowsOf(ctx, "standard input", bytes.NewReader(begins), func(row []any) ([]any, error) { s.columns.see(row); return row, nil }) {
		if err != nil && (whole || n == 0) {
			return err
		}
		if err != nil { // a record may be cut; what is wrong comes again
			break
		}
		n++
	}
	return nil
}

// Streams implements connect.Source.
func (s *source) Streams() []connect.Stream { return []connect.Stream{s.relation.Available().Stream} }

// Discover implements connect.Source.
func (s *source) Discover(context.Context) ([]connect.Availability, error) {
	return []connect.Availability{s.relation.Available()}, nil
}

// Read implements connect.Source. Standard input can be read once.
func (s *source) Read(ctx context.Context, _ connect.Reading) iter.Seq2[connect.Batch, error] {
	return func(yield func(connect.Batch, error) bool) {
		rows := s.rows(ctx, s.columns.values)
		if s.piped != nil {
			rows = s.rowsOf(ctx, "standard input", s.piped, s.columns.values)
		}
		if err := s.relation.Read(rows, func(b connect.Batch) bool { return yield(b, nil) }); err != nil {
			yield(connect.Batch{}, err)
		}
	}
}

// rows yields the rows of all files as see returns them.
func (s *source) rows(ctx context.Context, see func(row []any) ([]any, error)) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, name := range s.files {
			f, err := os.Open(name)
			if err != nil {
				yield(nil, fault.New(fault.Invalid, "%s cannot be read: %w", name, err).WithField("from").WithHint("choose a file that you may read"))
				return
			}
			more := true
			for row, err := range s.rowsOf(ctx, name, f, see) {
				if more = yield(row, err) && err == nil; !more {
					break
				}
			}
			_ = f.Close() // nothing was written
			if !more {
				return
			}
		}
	}
}

// rowsOf yields the rows of one file.
func (s *source) rowsOf(ctx context.Context, name string, in io.Reader, see func(row []any) ([]any, error)) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		at := place{name, 1}
		r, line, closing, err := s.reader(name, in)
		defer closing()
		if err != nil {
			at.line = max(line, 1)
			yield(nil, at.wrong(err))
			return
		}
		for {
			row, line, err := r.next()
			switch at.line = line; {
			case errors.Is(err, io.EOF):
				return
			case ctx.Err() != nil:
				err = fault.New(fault.Canceled, "reading %s: %w", name, context.Cause(ctx))
			case err == nil:
				if row, err = see(row); err != nil {
					err = at.wrong(err)
				}
			default:
				err = at.wrong(err)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// reader returns what reads a file, whatever its format is.
func (s *source) reader(name string, in io.Reader) (_ reader, line int, closing func(), err error) {
	f, isFile := in.(*os.File)
	text, closing, err := plain(in)
	if err != nil {
		return nil, 1, closing, err
	}
	o := s.options
	switch o.format = cmp.Or(o.format, formatOf(name, text)); o.format {
	case formatParquet:
		if !isFile {
			return nil, 1, closing, errors.New("Parquet is not read from standard input, nor compressed as a whole") //nolint:staticcheck // a name
		}
		r, err := newParquet(f, s.columns)
		return r, 1, closing, err
	case formatJSONL:
		return newJSONL(text, s.columns), 1, closing, nil
	}
	if strings.HasSuffix(strings.ToLower(name), ".tsv") && o.delimiter == 0 {
		o.delimiter = '\t'
	}
	r, line, err := newCSV(text, o, s.columns)
	return r, line, closing, err
}
