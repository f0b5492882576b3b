package store

import (
	"context"
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
	Done        bool // read to the end
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

// SaveProgress remembers how far a flow has come with one group.
func (s *Store) SaveProgress(ctx context.Context, flowID string, p Progress) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO progress (flow_id, stream_group, checkpoint, fingerprint, done, updated_at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (flow_id, stream_group) DO UPDATE SET checkpoint = excluded.checkpoint, fingerprint = excluded.fingerprint,
			done = excluded.done, updated_at = excluded.updated_at`,
		flowID, p.Group, []byte(p.Checkpoint), p.Fingerprint, p.Done, moment(&p.UpdatedAt))
	return s.fault(ctx, "saving the progress", err)
}

// ClearProgress forgets how far a flow has come: its next run starts over.
func (s *Store) ClearProgress(ctx context.Context, flowID string) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM progress WHERE flow_id = ?`, flowID)
	return s.fault(ctx, "clearing the progress", err)
}
