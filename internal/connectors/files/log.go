package files

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/kalends/kalends/internal/connect"
)

// String returns the name of o in a log.
func (o op) String() string { return [...]string{"row", "put", "mark", "remove"}[o] }

// logRecorder writes changes as rows of a file of the log, in their order.
type logRecorder struct {
	stream  string
	seq     int64
	change  change
	rows    held
	writing *writing
	publish move
}

func (d *destination) newLogRecorder(ctx context.Context, t *table, number int64) (*logRecorder, error) {
	name := fmt.Sprintf("%s/%012d%s", t.shape.Folder, number, d.options.extension())
	r := &logRecorder{
		stream: t.Name, seq: d.manifest.Streams[t.Name].Log.Rows,
		publish: move{From: stagingName + strings.ReplaceAll(name, "/", "."), To: name},
	}
	columns := slices.Clone(t.Columns)
	for i := range columns {
		columns[i].Required = slices.Contains(t.key, i)
	}
	var err error
	r.writing, err = d.options.create(ctx, d.store, r.publish.From, logColumns(columns))
	return r, err
}

// logColumns adds those that every log has.
func logColumns(columns []connect.Column) []connect.Column {
	return append(columns, connect.Column{Name: columnOp, Type: connect.Text, Required: true},
		connect.Column{Name: columnSeq, Type: connect.Integer, Required: true})
}

func (r *logRecorder) write(_ context.Context, t *table, record connect.Record) error {
	if err := t.change(&r.change, record); err != nil {
		return err
	}
	r.seq++
	r.change.values = r.change.values.text(r.change.op.String()).integer(r.seq)
	if r.rows.add(r.change); len(r.rows.bytes) < mostAhead {
		return nil
	}
	return r.flush()
}

func (r *logRecorder) flush() error {
	err := r.writing.encode(&r.rows)
	r.rows = r.rows.emptied()
	return err
}

func (r *logRecorder) end(_ context.Context, next *manifest) error {
	if err := r.flush(); err != nil {
		return err
	}
	if _, err := r.writing.commit(); err != nil {
		return err
	}
	s := next.Streams[r.stream]
	s.Log = count{Files: s.Log.Files + 1, Rows: r.seq}
	next.Streams[r.stream] = s
	next.Publish = append(next.Publish, r.publish)
	return nil
}

// drop leaves what end made durable: the next run removes it.
func (r *logRecorder) drop() error { return r.writing.abort() }

// logFiles returns those of the names that are committed files of the log of a
// stream, in their order.
func (d *destination) logFiles(names []string, s shape) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		folder, file := path.Split(name)
		digits, ok := strings.CutSuffix(file, d.options.extension())
		number, err := strconv.ParseInt(digits, 10, 64)
		return folder != s.Folder+"/" || !ok || err != nil || number > d.manifest.Transaction
	})
}

// logged returns the changes in the log of a stream, sorted.
func (d *destination) logged(ctx context.Context, s shape) (changes, error) {
	names, err := d.store.List(ctx, s.Folder+"/")
	if err != nil {
		return nil, err
	}
	columns := logColumns(s.all())
	sorted, by := d.scratchSorter("log."+s.Folder), s.sortBy()
	ops := []string{row.String(), put.String(), mark.String(), remove.String()}
	var c change
	for _, name := range d.logFiles(names, s) {
		err := d.options.readRows(ctx, d.store, name, columns, func(row packed) error {
			more := row.from(len(s.Columns))
			c.op = op(slices.Index(ops, string(more.at(0).text)))
			if c.op < put || c.op > remove {
				return damaged(name)
			}
			c.values = row[:len(row)-len(more)]
			c.key = appendKeys(c.key[:0], c.values, by)
			return sorted.add(ctx, c)
		})
		if err != nil {
			return nil, err
		}
	}
	return sorted.merged(ctx)
}
