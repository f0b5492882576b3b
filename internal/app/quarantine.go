package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/engine"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/store"
)

// MaxBadRows is how many rows of a run may be refused unless a person says
// otherwise: enough for what a constraint forbids now and then, and few if all
// rows are wrong.
const MaxBadRows = 1000

// quarantine is the engine's view of the quarantine of one flow.
type quarantine struct {
	store    *store.Store
	flow     string
	run      string
	mappings map[string]string // by stream
	now      func() time.Time
}

func (a *App) quarantine(p plan, run string) *quarantine {
	return &quarantine{store: a.store, flow: p.flow.ID, run: run, mappings: shapesOf(p.mapping, p.streams), now: a.now}
}

// Held implements engine.Quarantine.
func (q *quarantine) Held(ctx context.Context) ([]engine.Row, error) {
	held, err := q.store.Held(ctx, q.flow)
	rows := make([]engine.Row, 0, len(held))
	for _, h := range held {
		rows = append(rows, engine.Row{Stream: h.Stream, Key: h.Key})
	}
	return rows, err
}

// Keep implements engine.Quarantine.
func (q *quarantine) Keep(ctx context.Context, refused []engine.Refused, landed []engine.Row) error {
	var kept, gone []flow.Quarantined
	for _, r := range refused {
		kept = append(kept, flow.Quarantined{
			Stream: r.Stream, Key: r.Key, Run: q.run, At: q.now(), Kind: fault.KindOf(r.Err).String(), Message: r.Err.Error(),
			Record: r.Record, Table: r.Table, Mapped: r.Mapped, Mapping: q.mappings[r.Stream], History: r.History,
		})
	}
	for _, r := range landed {
		gone = append(gone, flow.Quarantined{Stream: r.Stream, Key: r.Key})
	}
	return q.store.Quarantine(ctx, q.flow, kept, gone)
}

// Quarantined returns quarantined rows, the oldest first. An ID that there is
// not is fault.NotFound.
func (a *App) Quarantined(ctx context.Context, which flow.Which) ([]flow.Quarantined, error) {
	chosen, err := a.which(ctx, which)
	if err != nil {
		return nil, err
	}
	list, err := a.store.Quarantined(ctx, chosen)
	if err != nil {
		return nil, err
	}
	for _, id := range which.IDs {
		if !slices.ContainsFunc(list, func(q flow.Quarantined) bool { return q.ID == id }) {
			return nil, fault.New(fault.NotFound, "there is no row %d in the quarantine", id).WithHint("see which there are with: kalends quarantine list")
		}
	}
	return list, nil
}

// DropQuarantined forgets quarantined rows and returns how many there were.
func (a *App) DropQuarantined(ctx context.Context, which flow.Which) (int, error) {
	chosen, err := a.which(ctx, which)
	if err != nil {
		return 0, err
	}
	return a.store.DropQuarantined(ctx, chosen)
}

// which finds the flow of w.
func (a *App) which(ctx context.Context, w flow.Which) (flow.Which, error) {
	switch {
	case w.From == "" && w.To == "":
		return w, nil
	case w.From == "":
		return w, fault.New(fault.Invalid, "--to names no flow without --from").WithField("from").WithHint("give both, as in the sync, or none")
	case w.To == "":
		return w, fault.New(fault.Invalid, "--from names no flow without --to").WithField("to").WithHint("give both, as in the sync, or none")
	}
	from, err := a.place(ctx, reading(), w.From)
	if err != nil {
		return w, err
	}
	to, err := a.place(ctx, writing(), w.To)
	if err != nil {
		return w, err
	}
	w.Flow = flowID(from.id(), to)
	return w, nil
}

// retried is what came of writing quarantined rows again.
type retried struct {
	landed  int // they are not kept any more
	refused []flow.Quarantined
}

// RetryQuarantined writes quarantined rows again, and returns how many have
// landed, which are not kept any more, and which were refused, which are, with
// the new error. A flow that is running is fault.Conflict. With an error, what
// was done by then is returned, too.
func (a *App) RetryQuarantined(ctx context.Context, which flow.Which) (landed int, refused []flow.Quarantined, err error) {
	var done retried
	rows, err := a.Quarantined(ctx, which)
	if err != nil {
		return 0, nil, err
	}
	flows := map[string][]int64{}
	for _, row := range rows {
		flows[row.Flow] = append(flows[row.Flow], row.ID)
	}
	for _, row := range rows { // in the order of their oldest rows
		ids := flows[row.Flow]
		if ids == nil {
			continue
		}
		delete(flows, row.Flow)
		if err := a.retryFlow(ctx, row.Flow, which.To, ids, &done); err != nil {
			return done.landed, done.refused, err
		}
	}
	return done.landed, done.refused, nil
}

// retryFlow writes rows of one flow again. The rows are read with its lock in
// hand, since a run may have changed them.
func (a *App) retryFlow(ctx context.Context, id, to string, ids []int64, done *retried) (err error) {
	release, err := a.store.LockFlow(ctx, id)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	rows, err := a.store.Quarantined(ctx, flow.Which{Flow: id, IDs: ids})
	if err != nil {
		return err
	}
	fit, unfit, err := a.retryable(ctx, id, rows)
	done.refused = append(done.refused, unfit...)
	if err != nil || len(fit) == 0 {
		return err
	}
	destination, err := a.destinationOf(ctx, id, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, destination.Close()) }()
	return a.retry(ctx, destination, fit, done)
}

// retryable tells rows that can be written as they are kept from those that
// cannot: they were not mapped, or not as rows of the table are now.
func (a *App) retryable(ctx context.Context, flowID string, rows []flow.Quarantined) (fit, unfit []flow.Quarantined, err error) {
	for _, row := range rows {
		now, err := a.store.Mapping(ctx, flowID, row.Stream)
		switch {
		case err != nil:
			return nil, nil, err
		case !row.Mapped:
			unfit = append(unfit, row)
		case row.Mapping != now:
			row.Message = "the map, or the columns, were changed since the row was refused: the next sync reads its record again, if the source still tells of it"
			unfit = append(unfit, row)
		default:
			fit = append(fit, row)
		}
	}
	return fit, unfit, nil
}

// destinationOf opens the destination of a flow, at the address of its last run
// unless another is given.
func (a *App) destinationOf(ctx context.Context, id, address string) (connect.Destination, error) {
	f, err := a.store.Flow(ctx, id)
	if err != nil {
		return nil, err
	}
	if address == "" {
		address = f.To
	}
	to, err := a.place(ctx, writing(), address)
	if err != nil {
		return nil, err
	}
	if flowID(f.Credential, to) != id { // a relative path, seen from another folder
		return nil, fault.New(fault.Invalid, "%s is another destination than that of the sync", address).WithField("to").
			WithHint("run it in the folder where the sync was run, or name the flow with --from and --to")
	}
	return to.open(ctx)
}

// retry writes rows of one flow into its destination.
func (a *App) retry(ctx context.Context, destination connect.Destination, rows []flow.Quarantined, done *retried) error {
	q := &quarantine{store: a.store, flow: rows[0].Flow, mappings: map[string]string{}, now: a.now}
	byRow := map[engine.Row]flow.Quarantined{}
	var again []engine.Refused
	for _, r := range rows {
		row := engine.Row{Stream: r.Stream, Key: r.Key}
		byRow[row] = r
		q.mappings[r.Stream], q.run = r.Mapping, r.Run
		again = append(again, engine.Refused{Row: row, Record: r.Record, Table: r.Table, Mapped: true, History: r.History})
	}
	landed, refused, err := engine.Retry(ctx, destination, again, a.now, finishBatch)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishBatch)
	defer cancel()
	if kept := q.Keep(ctx, refused, landed); kept != nil {
		return errors.Join(err, kept)
	}
	done.landed += len(landed)
	for _, r := range refused {
		row := byRow[r.Row]
		row.Kind, row.Message = fault.KindOf(r.Err).String(), r.Err.Error()
		done.refused = append(done.refused, row)
	}
	return err
}
