package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/engine"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
)

// yard is a source of one group of two streams, a destination that refuses some
// values, the checkpoints and the quarantine, all in memory.
type yard struct {
	*breaker

	batches [][]op
	refuses func(o op) bool
	late    bool // refusals come with the commit
	gather  int
	most    int // MaxBadRows
	mapping map[string]engine.Mapper
	history []string
	nowhere bool // there is no quarantine

	tables    map[string]map[string]string // stream → key → value
	times     map[string]int               // how often a version was committed
	kept      map[engine.Row]engine.Refused
	from      string
	begun     int // transactions
	onRefusal func()
}

// op is a version of a record; without a value it is deleted.
type op struct{ stream, key, value string }

func newYard(batches ...[]op) *yard {
	return &yard{
		breaker: &breaker{}, batches: batches, refuses: func(o op) bool { return strings.HasPrefix(o.value, "bad") },
		most: 1 << 20, tables: map[string]map[string]string{}, times: map[string]int{}, kept: map[engine.Row]engine.Refused{},
	}
}

func yardStream(name string) connect.Stream {
	return connect.Stream{Name: name, Group: "g", Key: []string{"id"}, Columns: []connect.Column{{Name: "id"}, {Name: "value"}}}
}

func (y *yard) Streams() []connect.Stream {
	return []connect.Stream{yardStream("a"), yardStream("b")}
}
func (y *yard) Discover(context.Context) ([]connect.Availability, error) { return nil, nil }
func (y *yard) Close() error                                             { return nil }

func (y *yard) Prepare(_ context.Context, s connect.Stream) (bool, error) {
	if y.tables[s.Name] == nil {
		y.tables[s.Name] = map[string]string{}
	}
	return false, y.reach("prepare")
}

func (y *yard) Scan(context.Context, connect.Stream) iter.Seq2[connect.Record, error] {
	return func(func(connect.Record, error) bool) {}
}

func (y *yard) Read(_ context.Context, r connect.Reading) iter.Seq2[connect.Batch, error] {
	return func(yield func(connect.Batch, error) bool) {
		from, _ := strconv.Atoi(string(r.From))
		for i := from; i < len(y.batches); i++ {
			if err := y.reach("read"); err != nil {
				yield(connect.Batch{}, err)
				return
			}
			b := connect.Batch{Next: connect.Checkpoint(strconv.Itoa(i + 1))}
			for _, o := range y.batches[i] {
				record := connect.Record{Values: []any{o.key, o.value}, Deleted: o.value == ""}
				b = b.And(connect.Batch{Rows: []connect.Rows{{Stream: o.stream, Records: []connect.Record{record}}}})
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

type yardTx struct {
	y   *yard
	ops []op
}

func (y *yard) Begin(context.Context) (connect.Tx, error) {
	y.begun++
	return &yardTx{y: y}, y.reach("begin")
}

func (t *yardTx) Write(ctx context.Context, s connect.Stream, records []connect.Record) error {
	if err := errors.Join(t.y.reach("write"), ctx.Err()); err != nil {
		return err
	}
	for _, r := range records {
		o := op{s.Name, fmt.Sprint(r.Values[0]), fmt.Sprint(r.Values[1])}
		if r.Deleted {
			o.value = ""
		}
		if !t.y.late && t.y.refuses(o) {
			return t.refused()
		}
		t.ops = append(t.ops, o)
	}
	return nil
}

func (t *yardTx) refused() error {
	if t.y.onRefusal != nil {
		t.y.onRefusal()
	}
	return fault.New(fault.Schema, "refused")
}

func (t *yardTx) Commit(context.Context) error {
	if err := t.y.reach("commit"); err != nil {
		return err
	}
	for _, o := range t.ops {
		if t.y.refuses(o) {
			return t.refused()
		}
	}
	for _, o := range t.ops {
		t.y.times[fmt.Sprint(o)]++
		t.y.tables[o.stream][o.key] = o.value
		if o.value == "" {
			delete(t.y.tables[o.stream], o.key)
		}
	}
	return t.y.reach("committed, answer lost")
}

func (t *yardTx) Rollback() error { return t.y.reach("rollback") }

func (y *yard) Load(context.Context, string) (engine.Progress, error) {
	return engine.Progress{From: connect.Checkpoint(y.from)}, y.reach("load")
}

func (y *yard) Save(_ context.Context, _ string, next connect.Checkpoint, _ []connect.Trace, _ bool) error {
	if err := y.reach("save"); err != nil {
		return err
	}
	y.from = string(next)
	return y.reach("saved, answer lost")
}

func (y *yard) Drop(context.Context, string) error { return nil }

func (y *yard) Held(context.Context) (rows []engine.Row, err error) {
	for row := range y.kept {
		rows = append(rows, row)
	}
	return rows, y.reach("held")
}

func (y *yard) Keep(_ context.Context, refused []engine.Refused, landed []engine.Row) error {
	if err := y.reach("keep"); err != nil {
		return err
	}
	for _, row := range landed {
		delete(y.kept, row)
	}
	for _, r := range refused {
		y.kept[r.Row] = r
	}
	return y.reach("kept, answer lost")
}

// run makes one run, whose batches are committed one by one unless y gathers.
func (y *yard) run(ctx context.Context) (flow.Run, error) {
	tracker := engine.NewTracker(flow.Run{}, y.Streams(), time.Now)
	job := engine.Job{
		Source: y, Destination: y, Streams: y.Streams(), Checkpoints: y, Tracker: tracker, Gather: y.gather, Finish: time.Minute,
		Quarantine: y, MaxBadRows: y.most, Mapping: y.mapping, History: y.history, Now: time.Now,
	}
	if y.nowhere {
		job.Quarantine = nil
	}
	err := engine.Run(ctx, job)
	return tracker.Finish(err), err
}

// check requires that of each record the last version is in its table, or in
// the quarantine if it is refused, and nowhere else.
func (y *yard) check(t *testing.T, when string) {
	t.Helper()
	last := map[engine.Row]op{}
	for _, b := range y.batches {
		for _, o := range b {
			last[engine.Row{Stream: o.stream, Key: o.key}] = o
		}
	}
	quarantined := 0
	for row, o := range last {
		kept, held := y.kept[row]
		value, there := y.tables[o.stream][o.key]
		switch refused := y.refuses(o); {
		case refused != held:
			t.Errorf("%s: %v is in the quarantine: %t", when, o, held)
		case refused && (kept.Record.Values[1] != o.value && !kept.Record.Deleted || kept.Err == nil || !kept.Mapped):
			t.Errorf("%s: %v is kept as %+v", when, o, kept)
		case !refused && (value != o.value || there != (o.value != "")):
			t.Errorf("%s: %v is %q in its table", when, o, value)
		}
		if held {
			quarantined++
		}
	}
	if len(y.kept) != quarantined {
		t.Errorf("%s: the quarantine has %d rows, want %d", when, len(y.kept), quarantined)
	}
}

// fresh returns y before any run.
func (y *yard) fresh() *yard {
	n := newYard(y.batches...)
	n.late, n.gather, n.most, n.refuses = y.late, y.gather, y.most, y.refuses
	return n
}

func (y *yard) rows() int {
	n := 0
	for table := range maps.Values(y.tables) {
		n += len(table)
	}
	return n
}
