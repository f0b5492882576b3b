package intake

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation"
)

// source reads files: those of a pattern are one stream, and a folder that
// Kalends wrote has those that were written to it.
type source struct {
	shelf  func(context.Context) (shelf, error)
	tables []*table
	turns  relation.Turns
}

var _ connect.Source = (*source)(nil)

// openSource reads the files once, or the beginning of standard input, and so
// knows their columns.
func openSource(ctx context.Context, s connect.Settings) (connect.Source, error) {
	return open(ctx, s, os.Stdin)
}

func open(ctx context.Context, s connect.Settings, stdin io.Reader) (_ connect.Source, err error) {
	o, err := newOptions(s.Values)
	if err != nil {
		return nil, err
	}
	path := s.Values[fieldPath]
	src := &source{shelf: shelfOf(path, s), turns: relation.NewTurns()}
	if path == standardInput {
		src.tables, err = piped(ctx, o, s, stdin)
	} else {
		err = src.look(ctx, o, s, path)
	}
	if err != nil {
		return nil, err
	}
	return src, nil
}

// piped is the stream of what is piped in.
func piped(ctx context.Context, o options, s connect.Settings, stdin io.Reader) ([]*table, error) {
	t := &table{options: o, columns: newColumns()}
	if err := t.surveyHead(ctx, stdin); err != nil {
		return nil, err
	}
	return []*table{t}, t.infer(cmp.Or(s.Values[optionName], "stdin"), s)
}

// look finds the files of a path, and what is in them.
func (s *source) look(ctx context.Context, o options, settings connect.Settings, path string) (err error) {
	at, err := s.shelf(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.Close()) }()
	files, folder, err := at.find(ctx, path)
	switch {
	case err != nil:
		return err
	case folder:
		s.tables, err = kept(ctx, at, path, settings)
		return err
	case len(files) == 0:
		return fault.New(fault.NotFound, "there is no file %s", path).WithField("from").WithHint("check the name, and the folder you are in")
	}
	t := &table{files: files, options: o, columns: newColumns()}
	s.tables = []*table{t}
	if err := t.survey(ctx, at); err != nil {
		return err
	}
	above, _ := split(path)
	return t.infer(cmp.Or(settings.Values[optionName], streamName(path), streamName(above), "rows"), settings)
}

// split cuts the name of a file off the folder that it is in.
func split(path string) (folder, name string) {
	i := strings.LastIndexAny(path, "/"+string(filepath.Separator))
	return path[:max(i, 0)], path[i+1:]
}

// Streams implements connect.Source.
func (s *source) Streams() []connect.Stream {
	var all []connect.Stream
	for _, t := range s.tables {
		all = append(all, t.relation.Available().Stream)
	}
	return all
}

// Discover implements connect.Source.
func (s *source) Discover(context.Context) ([]connect.Availability, error) {
	var all []connect.Availability
	for _, t := range s.tables {
		all = append(all, t.relation.Available())
	}
	return all, nil
}

// Read implements connect.Source. Standard input can be read once.
func (s *source) Read(ctx context.Context, r connect.Reading) iter.Seq2[connect.Batch, error] {
	return func(yield func(connect.Batch, error) bool) {
		if err := s.read(ctx, r, func(b connect.Batch) bool { return yield(b, nil) }); err != nil {
			yield(connect.Batch{}, err)
		}
	}
}

func (s *source) read(ctx context.Context, r connect.Reading, see func(connect.Batch) bool) (err error) {
	done, err := s.turns.Take(ctx, "the files")
	if err != nil {
		return err
	}
	defer done()
	at, err := s.shelf(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, at.Close()) }()
	for _, t := range s.tables {
		name := t.relation.Available().Stream.Name
		if !slices.ContainsFunc(r.Streams, func(wanted connect.Stream) bool { return wanted.Name == name }) {
			continue
		}
		if err := t.relation.Read(t.rows(ctx, at, t.columns.values), see); err != nil {
			return err
		}
	}
	return nil
}
