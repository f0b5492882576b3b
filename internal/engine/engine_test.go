package engine_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/engine"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBroken = fault.New(fault.Unavailable, "broken on purpose")

// breaker fails the nth time that a named step is reached.
type breaker struct {
	mu   sync.Mutex
	step string
	left int
}

func (b *breaker) reach(step string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.step != step {
		return nil
	}
	b.left--
	if b.left == 0 {
		return errBroken
	}
	return nil
}

// world is a source of two groups of batches, a destination of tables and the
// checkpoints between them, all in memory.
type world struct {
	breaker *breaker
	batches int

	mu     sync.Mutex
	tables map[string]map[string]int // stream → key → times written
	saved  map[string]string
	done   map[string]bool
	reads  int

	onCommit func() // where the test counts them
}

func newWorld(batches int) *world {
	return &world{
		breaker: &breaker{}, batches: batches,
		tables: map[string]map[string]int{}, saved: map[string]string{}, done: map[string]bool{},
	}
}

func (w *world) streams() []connect.Stream {
	return []connect.Stream{{Name: "events", Group: "e"}, {Name: "invitees", Group: "e"}, {Name: "users", Group: "u"}}
}

func (w *world) Streams() []connect.Stream                                { return w.streams() }
func (w *world) Discover(context.Context) ([]connect.Availability, error) { return nil, nil }
func (w *world) Prepare(_ context.Context, s connect.Stream) (bool, error) {
	if err := w.breaker.reach("prepare"); err != nil {
		return false, err
	}
	_, ok := w.tables[s.Name]
	if !ok {
		w.tables[s.Name] = map[string]int{}
	}
	return !ok, nil
}
func (w *world) Close() error { return nil }

func (w *world) Scan(context.Context, connect.Stream) iter.Seq2[connect.Record, error] {
	return func(func(connect.Record, error) bool) {}
}

func (w *world) Read(ctx context.Context, r connect.Reading) iter.Seq2[connect.Batch, error] {
	return func(yield func(connect.Batch, error) bool) {
		from := 0
		if len(r.From) > 0 {
			from, _ = strconv.Atoi(string(r.From))
		}
		for i := from; i < w.batches; i++ {
			err := w.breaker.reach("read")
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(connect.Batch{}, err)
				return
			}
			w.mu.Lock()
			w.reads++
			w.mu.Unlock()
			b := connect.Batch{Next: connect.Checkpoint(strconv.Itoa(i + 1)), Share: float64(i+1) / float64(w.batches)}
			for _, s := range r.Streams {
				r.Observe(s.Name, connect.Calls{Requests: 1})
				b.Rows = append(b.Rows, connect.Rows{Stream: s.Name, Records: []connect.Record{{Values: []any{fmt.Sprintf("%s-%d", s.Name, i)}}}})
			}
			if !yield(b, nil) {
				return
			}
		}
	}
}

type tx struct {
	w       *world
	pending map[string][]string
}

func (w *world) Begin(context.Context) (connect.Tx, error) {
	return &tx{w: w, pending: map[string][]string{}}, w.breaker.reach("begin")
}

func (t *tx) Write(ctx context.Context, s connect.Stream, records []connect.Record) error {
	if err := errors.Join(t.w.breaker.reach("write"), ctx.Err()); err != nil {
		return err
	}
	for _, r := range records {
		t.pending[s.Name] = append(t.pending[s.Name], r.Values[0].(string))
	}
	return nil
}

func (t *tx) Commit(context.Context) error {
	if err := t.w.breaker.reach("commit"); err != nil {
		return err
	}
	t.w.mu.Lock()
	if t.w.onCommit != nil {
		t.w.onCommit()
	}
	for s, keys := range t.pending {
		for _, k := range keys {
			t.w.tables[s][k]++
		}
	}
	t.w.mu.Unlock()
	return t.w.breaker.reach("committed, answer lost")
}

func (t *tx) Rollback() error { return nil }

func (w *world) Load(_ context.Context, g string) (engine.Progress, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := engine.Progress{From: connect.Checkpoint(w.saved[g]), Begun: w.saved[g] != "" && !w.done[g]}
	return p, w.breaker.reach("load")
}

func (w *world) Save(_ context.Context, g string, next connect.Checkpoint, _ []connect.Trace, done bool) error {
	if err := w.breaker.reach("save"); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.saved[g], w.done[g] = string(next), done
	return nil
}

func (w *world) Drop(_ context.Context, g string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.saved, g)
	delete(w.done, g)
	return w.breaker.reach("drop")
}

func (w *world) run(ctx context.Context, dest connect.Destination) (flow.Run, error) {
	t := engine.NewTracker(flow.Run{ID: "r", Started: time.Now()}, w.streams(), time.Now)
	err := engine.Run(ctx, engine.Job{
		Source: w, Destination: dest, Streams: w.streams(), Checkpoints: w, Tracker: t, Finish: time.Minute,
	})
	return t.Finish(err), err
}

// want is every key once or, where a batch was repeated, more often.
func (w *world) check(t *testing.T, mostRepeats int) {
	t.Helper()
	repeats := 0
	for _, s := range w.streams() {
		if got := len(w.tables[s.Name]); got != w.batches {
			t.Errorf("%s has %d keys, want %d", s.Name, got, w.batches)
		}
		for _, n := range w.tables[s.Name] {
			repeats += n - 1
		}
	}
	if repeats > mostRepeats {
		t.Errorf("%d rows were written again, want at most %d", repeats, mostRepeats)
	}
}

func TestRun_moves_everything_once(t *testing.T) {
	t.Parallel()
	w := newWorld(5)
	run, err := w.run(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	w.check(t, 0)
	for _, s := range run.Streams {
		if s.Status != flow.Succeeded || s.Records != 5 || s.Requests != 5 {
			t.Errorf("stream is %+v, want succeeded with 5 records and 5 requests", s)
		}
	}
	if run.Status != flow.Succeeded || run.Records != 15 || run.Requests != 15 {
		t.Errorf("run is %+v", run)
	}
}

// Every step fails at every position; the next run completes, with nothing
// lost and at most the batch in hand of each group written twice.
func TestRun_fails_anywhere_and_resumes(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"prepare", "drop", "load", "read", "begin", "write", "commit", "committed, answer lost", "save"} {
		for position := 1; ; position++ {
			w := newWorld(4)
			w.breaker.step, w.breaker.left = step, position
			run, err := w.run(t.Context(), w)
			if err == nil {
				if position == 1 {
					t.Errorf("step %q was never reached", step)
				}
				break
			}
			if !errors.Is(err, errBroken) || run.Status != flow.Failed || run.Error == nil {
				t.Errorf("%s %d: run is %+v with error %v", step, position, run, err)
			}
			w.breaker.step = ""
			if _, err := w.run(t.Context(), w); err != nil {
				t.Fatalf("%s %d: the second run: %v", step, position, err)
			}
			w.check(t, 3)
		}
	}
}

func TestRun_reads_on_from_the_last_committed_batch(t *testing.T) {
	t.Parallel()
	w := newWorld(10)
	w.breaker.step, w.breaker.left = "commit", 7
	if _, err := w.run(t.Context(), w); err == nil {
		t.Fatal("want an error")
	}
	before := w.reads
	w.breaker.step = ""
	run, err := w.run(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if !run.Resumed {
		t.Error("the run does not say that it went on from another")
	}
	// 20 batches in all, and in each of the two groups at most the one that
	// was in hand is read twice.
	if w.reads > 22 || before < 7 {
		t.Errorf("%d batches were read, want at most 22", w.reads)
	}
}

func TestRun_gathers_the_batches_of_a_fast_source(t *testing.T) {
	t.Parallel()
	w := newWorld(100)
	commits := 0
	w.onCommit = func() { commits++ }
	tracker := engine.NewTracker(flow.Run{}, w.streams(), time.Now)
	synctest.Test(t, func(t *testing.T) {
		err := engine.Run(t.Context(), engine.Job{
			Source: w, Destination: w, Streams: w.streams()[:2], Checkpoints: w, Tracker: tracker, Gather: 50, Finish: time.Minute,
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	if commits != 4 || !w.done["e"] {
		t.Errorf("100 batches of 2 records took %d commits, want 4", commits)
	}
	if len(w.tables["events"]) != 100 || len(w.tables["invitees"]) != 100 {
		t.Errorf("%d events and %d invitees were written, want 100", len(w.tables["events"]), len(w.tables["invitees"]))
	}
}

func TestRun_starts_over_when_the_table_was_gone(t *testing.T) {
	t.Parallel()
	w := newWorld(6)
	w.breaker.step, w.breaker.left = "commit", 5
	if _, err := w.run(t.Context(), w); err == nil {
		t.Fatal("want an error")
	}
	w.breaker.step = ""
	maps.DeleteFunc(w.tables, func(string, map[string]int) bool { return true })
	if _, err := w.run(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	w.check(t, 0)
}

// cancelOnWrite cancels the run while a batch is being written.
type cancelOnWrite struct {
	connect.Destination
	cancel context.CancelFunc
}

func (d cancelOnWrite) Begin(ctx context.Context) (connect.Tx, error) {
	d.cancel()
	return d.Destination.Begin(ctx)
}

func TestRun_cancel_finishes_the_batch_in_hand(t *testing.T) {
	t.Parallel()
	w := newWorld(50)
	ctx, cancel := context.WithCancel(t.Context())
	run, err := w.run(ctx, cancelOnWrite{w, cancel})
	if fault.KindOf(err) != fault.Canceled || run.Status != flow.Canceled {
		t.Fatalf("run is %+v with error %v, want canceled", run, err)
	}
	if run.Records == 0 {
		t.Error("the batch in hand was thrown away")
	}
	written := 0
	for _, table := range w.tables {
		written += len(table)
	}
	if written != run.Records {
		t.Errorf("%d rows are in the destination, the run counts %d", written, run.Records)
	}
	if _, err := w.run(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	w.check(t, 0)
}

// picky is a source whose users may not be read and whose events fail.
type picky struct{ *world }

func (p picky) Read(ctx context.Context, r connect.Reading) iter.Seq2[connect.Batch, error] {
	if r.Streams[0].Group != "u" {
		return p.world.Read(ctx, r)
	}
	return func(yield func(connect.Batch, error) bool) {
		yield(connect.Batch{Skips: []connect.Skip{{Stream: "users", Reason: "needs the admin role"}}}, nil)
	}
}

func TestRun_skipped_stream_is_told_with_its_reason_and_is_no_error(t *testing.T) {
	t.Parallel()
	w := newWorld(2)
	tracker := engine.NewTracker(flow.Run{}, w.streams(), time.Now)
	err := engine.Run(t.Context(), engine.Job{
		Source: picky{w}, Destination: w, Streams: w.streams(), Checkpoints: w, Tracker: tracker, Finish: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	users := tracker.Finish(nil).Streams[2]
	users.Seconds = 0
	if diff := cmp.Diff(flow.Stream{Name: "users", Status: flow.Skipped, Reason: "needs the admin role"}, users); diff != "" {
		t.Error(diff)
	}
}

func TestRun_one_group_that_fails_does_not_end_the_others(t *testing.T) {
	t.Parallel()
	for kind, others := range map[fault.Kind]flow.Status{fault.Unavailable: flow.Succeeded, fault.Unauthorized: flow.Canceled} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(3)
			tracker := engine.NewTracker(flow.Run{}, w.streams(), time.Now)
			err := engine.Run(t.Context(), engine.Job{
				Source: failing{w, kind}, Destination: w, Streams: w.streams(), Checkpoints: w, Tracker: tracker, Finish: time.Minute,
			})
			if fault.KindOf(err) != kind {
				t.Fatalf("the run ended with %v, want kind %s", err, kind)
			}
			run := tracker.Finish(err)
			if run.Streams[2].Status != flow.Failed || run.Streams[0].Status != others {
				t.Errorf("after %s the streams are %+v, want events %s", kind, run.Streams, others)
			}
		})
	}
}

// failing fails to read users at once, while events take a second a batch.
type failing struct {
	*world
	kind fault.Kind
}

func (f failing) Read(ctx context.Context, r connect.Reading) iter.Seq2[connect.Batch, error] {
	return func(yield func(connect.Batch, error) bool) {
		if r.Streams[0].Group == "u" {
			yield(connect.Batch{}, fault.New(f.kind, "no"))
			return
		}
		for b, err := range f.world.Read(ctx, r) {
			time.Sleep(time.Second)
			if !yield(b, err) {
				return
			}
		}
	}
}
