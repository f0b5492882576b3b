package intake

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation"
)

// table is files that are one stream.
type table struct {
	files    []string
	piped    io.Reader // what standard input says, from its beginning on
	options  options
	columns  *columns
	relation *relation.Relation
	// check, if not nil, tells after all rows whether the files are still those.
	check func(ctx context.Context, at shelf) error
}

const stdinName = "standard input"

// infer makes a stream of the columns as they were found.
func (t *table) infer(name string, s connect.Settings) error {
	t.columns.settled = true
	return t.stream(name, nil, s)
}

// stream makes a stream of the columns.
func (t *table) stream(name string, key []string, s connect.Settings) (err error) {
	var all []relation.Column
	for i, name := range t.columns.names {
		all = append(all, relation.Column{Name: name, Type: t.columns.typeOf(i), Read: asItIs})
	}
	t.relation, err = relation.New(name, all, key, s.Values)
	return err
}

// survey learns the columns of all files, and their types.
func (t *table) survey(ctx context.Context, at shelf) error {
	for _, err := range t.rows(ctx, at, func(row []any) ([]any, error) { t.columns.see(row); return row, nil }) {
		if err != nil {
			return err
		}
	}
	return nil
}

// head is how much of standard input is read to learn its columns.
const head = 1 << 20

// surveyHead learns the columns of standard input by how it begins.
func (t *table) surveyHead(ctx context.Context, stdin io.Reader) error {
	text, closing, err := plain(stdin) // closed with the process
	if err != nil {
		closing()
		return place{stdinName, 1}.wrong(err)
	}
	begins, err := io.ReadAll(io.LimitReader(text, head))
	if err != nil {
		return place{stdinName, 1}.wrong(err)
	}
	t.piped = io.MultiReader(bytes.NewReader(begins), text)
	whole := len(begins) < head
	if end := bytes.LastIndexByte(begins, '\n'); !whole && end >= 0 {
		begins = begins[:end+1]
	}
	n := 0
	for _, err := range t.rowsOf(ctx, stdinName, bytes.NewReader(begins), func(row []any) ([]any, error) { t.columns.see(row); return row, nil }) {
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

// rows yields the rows of all files as see returns them.
func (t *table) rows(ctx context.Context, at shelf, see func(row []any) ([]any, error)) iter.Seq2[[]any, error] {
	if t.piped != nil {
		return t.rowsOf(ctx, stdinName, t.piped, see)
	}
	return func(yield func([]any, error) bool) {
		for _, name := range t.files {
			f, err := at.open(ctx, name)
			if err != nil {
				yield(nil, err)
				return
			}
			more := true
			for row, err := range t.rowsOf(ctx, name, f, see) {
				if more = yield(row, err) && err == nil; !more {
					break
				}
			}
			_ = f.Close() // nothing was written
			if !more {
				return
			}
		}
		if t.check == nil {
			return
		}
		if err := t.check(ctx, at); err != nil {
			yield(nil, err)
		}
	}
}

// rowsOf yields the rows of one file.
func (t *table) rowsOf(ctx context.Context, name string, in io.Reader, see func(row []any) ([]any, error)) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		at := place{name, 1}
		r, line, closing, err := t.reader(name, in)
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
func (t *table) reader(name string, in io.Reader) (_ reader, line int, closing func(), err error) {
	text, closing, err := plain(in)
	if err != nil {
		return nil, 1, closing, err
	}
	o := t.options
	switch o.format = cmp.Or(o.format, formatOf(name, text)); o.format {
	case formatParquet:
		f, isFile := in.(file)
		if !isFile {
			return nil, 1, closing, errors.New("Parquet is not read from standard input") //nolint:staticcheck // a name
		}
		r, err := newParquet(f, t.columns)
		return r, 1, closing, err
	case formatJSONL:
		return newJSONL(text, t.columns), 1, closing, nil
	}
	if strings.HasSuffix(strings.ToLower(name), ".tsv") && o.delimiter == 0 {
		o.delimiter = '\t'
	}
	r, line, err := newCSV(text, o, t.columns)
	return r, line, closing, err
}
