package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// Progress is how far a flow has read one group of streams.
type Progress struct {
	Group      string
	Checkpoint connect.Checkpoint // after the last committed batch
	// Fingerprint says under which settings the checkpoint was made; one made
	// under others is of no use.
	Fingerprint string
	Done        bool // read to the end: Checkpoint is where the next run begins
	UpdatedAt   time.Time
}

// Progress returns how far a flow has come, by group; empty if it never began.
func (s *Store) Progress(ctx context.Context, flowID string) (map[string]Progress, error) {
	list, err := all(ctx, s.db, scanProgress, `SELECT stream_group, checkpoint, fingerprint, done, updated_at FROM progress WHERE flow_id = ?`, flowID)
	if err != nil {
		return nil, s.fault(ctx, "reading the progress", err)
	}
	groups := make(map[string]Progress, len(list))
	for _, p := range list {
		groups[p.Group] = p
	}
	return groups, nil
}

func scanProgress(scan func(...any) error) (p Progress, err error) {
	err = scan(&p.Group, (*[]byte)(&p.Checkpoint), &p.Fingerprint, &p.Done, moment(&p.UpdatedAt))
	return p, err
}

// SaveProgress remembers how far a flow has come with one group, and the traces
// of the records that brought it there: all of it or nothing.
func (s *Store) SaveProgress(ctx context.Context, flowID string, p Progress, traces ...connect.Trace) error {
	err := s.within(ctx, func(tx *sql.Tx) error {
		if err := remember(ctx, tx, flowID, traces); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO progress (flow_id, stream_group, checkpoint, fingerprint, done, updated_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (flow_id, stream_group) DO UPDATE SET checkpoint = excluded.checkpoint, fingerprint = excluded.fingerprint,
				done = excluded.done, updated_at = excluded.updated_at`,
			flowID, p.Group, []byte(p.Checkpoint), p.Fingerprint, p.Done, moment(&p.UpdatedAt))
		return err
	})
	return s.fault(ctx, "saving the progress", err)
}
