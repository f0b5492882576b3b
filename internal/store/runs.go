package store

import (
	"context"
	"database/sql"
	"math"

	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
)

const runColumns = `id, flow_id, status, resumed, started_at, requests, rate_limited, records, seconds, streams, error`

func scanRun(scan func(...any) error) (r flow.Run, err error) {
	err = scan(&r.ID, &r.Flow, &r.Status, &r.Resumed, moment(&r.Started), &r.Requests, &r.RateLimited, &r.Records, &r.Seconds,
		object(&r.Streams), object(&r.Error))
	return r, err
}

// StartRun saves a run that begins. An ID that is taken is fault.Conflict.
func (s *Store) StartRun(ctx context.Context, r flow.Run) error {
	n, err := changed(ctx, s.db, `INSERT INTO runs (`+runColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
		r.ID, r.Flow, r.Status, r.Resumed, moment(&r.Started), r.Requests, r.RateLimited, r.Records, r.Seconds,
		object(&r.Streams), object(&r.Error))
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "there is a run %q already", r.ID)
	}
	return s.fault(ctx, "saving the run", err)
}

// FinishRun saves what became of a run that was started and has not ended
// before; of any other it returns fault.NotFound.
func (s *Store) FinishRun(ctx context.Context, r flow.Run) error {
	return s.fault(ctx, "saving the run", finish(ctx, s.db, r))
}

func finish(ctx context.Context, q querier, r flow.Run) error {
	n, err := changed(ctx, q, `UPDATE runs SET status = ?, resumed = ?, requests = ?, rate_limited = ?, records = ?, seconds = ?, streams = ?, error = ?
		WHERE id = ? AND status = ?`,
		r.Status, r.Resumed, r.Requests, r.RateLimited, r.Records, r.Seconds, object(&r.Streams), object(&r.Error),
		r.ID, flow.Running)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "there is no running run %q", r.ID)
	}
	return err
}

// LastRun returns the flow's run that was started last, or fault.NotFound.
func (s *Store) LastRun(ctx context.Context, flowID string) (flow.Run, error) {
	list, err := s.Runs(ctx, flowID, 1)
	switch {
	case err != nil:
		return flow.Run{}, err
	case len(list) == 0:
		return flow.Run{}, fault.New(fault.NotFound, "the flow %q never ran", flowID)
	}
	return list[0], nil
}

// Runs returns the runs of a flow, of every flow if flowID is empty, the
// latest first: at most limit of them, all if limit is 0.
func (s *Store) Runs(ctx context.Context, flowID string, limit int) ([]flow.Run, error) {
	if limit <= 0 {
		limit = math.MaxInt32
	}
	query, args := `SELECT `+runColumns+` FROM runs`, []any{}
	if flowID != "" {
		query, args = query+` WHERE flow_id = ?`, append(args, flowID)
	}
	list, err := all(ctx, s.db, scanRun, query+` ORDER BY started_at DESC, id DESC LIMIT ?`, append(args, limit)...)
	return list, s.fault(ctx, "reading the runs", err)
}

// InterruptRuns ends, as failed, the runs of a flow that are still running,
// and returns how many there were. Call it with the lock of the flow in hand
// and before StartRun: their process has been killed then.
func (s *Store) InterruptRuns(ctx context.Context, flowID string) (int, error) {
	var list []flow.Run
	err := s.within(ctx, func(tx *sql.Tx) (err error) {
		list, err = all(ctx, tx, scanRun, `SELECT `+runColumns+` FROM runs WHERE flow_id = ? AND status = ?`, flowID, flow.Running)
		if err != nil {
			return err
		}
		for _, r := range list {
			if err := finish(ctx, tx, interrupted(r)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, s.fault(ctx, "ending interrupted runs", err)
	}
	return len(list), nil
}

// interrupted returns r as a run whose process was killed.
func interrupted(r flow.Run) flow.Run {
	const why = "interrupted: its process ended before it did"
	r.Status = flow.Failed
	r.Error = &flow.Error{
		Kind:    fault.Canceled.String(),
		Message: why,
		Hint:    "run it again: it goes on from the last committed batch",
	}
	for i, st := range r.Streams {
		if !st.Status.Ended() {
			r.Streams[i].Status, r.Streams[i].Reason = flow.Failed, why
		}
	}
	return r
}
