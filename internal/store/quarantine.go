package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
)

// SaveFlow remembers the ends of a flow.
func (s *Store) SaveFlow(ctx context.Context, f flow.Flow) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO flows (id, credential_id, source, destination) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET credential_id = excluded.credential_id, source = excluded.source, destination = excluded.destination`,
		f.ID, f.Credential, f.From, f.To)
	return s.fault(ctx, "saving the flow", err)
}

// Flow returns the flow of an ID that SaveFlow remembered, its source by its
// present name.
func (s *Store) Flow(ctx context.Context, id string) (flow.Flow, error) {
	f := flow.Flow{ID: id}
	err := s.db.QueryRowContext(ctx, `SELECT credential_id, coalesce((SELECT name FROM credentials WHERE credentials.id = credential_id), source), destination
		FROM flows WHERE id = ?`, id).Scan(&f.Credential, &f.From, &f.To)
	if errors.Is(err, sql.ErrNoRows) {
		return flow.Flow{}, fault.New(fault.NotFound, "there is no flow %q", id)
	}
	return f, s.fault(ctx, "reading the flow", err)
}

// Quarantine keeps rows of a flow, each in the place of an earlier one of its
// stream and key, and forgets those that have landed, of which only Stream and
// Key are looked at: all of it or nothing.
func (s *Store) Quarantine(ctx context.Context, flowID string, rows, landed []flow.Quarantined) error {
	err := s.within(ctx, func(tx *sql.Tx) error {
		for _, q := range landed {
			if _, err := tx.ExecContext(ctx, `DELETE FROM quarantine WHERE flow_id = ? AND stream = ? AND key = ?`, flowID, q.Stream, q.Key); err != nil {
				return err
			}
		}
		for _, q := range rows {
			if err := keep(ctx, tx, flowID, q); err != nil {
				return err
			}
		}
		return nil
	})
	return s.fault(ctx, "keeping rows in the quarantine", err)
}

func keep(ctx context.Context, tx *sql.Tx, flowID string, q flow.Quarantined) error {
	shape := shapeOf(q.Table)
	_, err := tx.ExecContext(ctx, `INSERT INTO quarantine (flow_id, stream, key, run_id, at, kind, message, mapped, mapping, history, shape, record)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (flow_id, stream, key) DO UPDATE SET run_id = excluded.run_id, at = excluded.at, kind = excluded.kind, message = excluded.message,
			mapped = excluded.mapped, mapping = excluded.mapping, history = excluded.history, shape = excluded.shape, record = excluded.record`,
		flowID, q.Stream, q.Key, q.Run, moment(&q.At), q.Kind, q.Message, q.Mapped, q.Mapping, q.History, object(&shape), recordColumn{&q.Record})
	return err
}

// Quarantined returns rows that are kept, in the order in which they came. Which
// flow is meant is said by its ID.
func (s *Store) Quarantined(ctx context.Context, which flow.Which) ([]flow.Quarantined, error) {
	condition, args, err := where(which)
	if err != nil {
		return nil, err
	}
	scan := func(scan func(...any) error) (q flow.Quarantined, err error) {
		var table shape
		err = scan(&q.ID, &q.Flow, &q.Stream, &q.Key, &q.Run, moment(&q.At), &q.Kind, &q.Message, &q.Mapped, &q.Mapping, &q.History,
			object(&table), recordColumn{&q.Record}, &q.From, &q.To)
		q.Table = table.stream()
		return q, err
	}
	list, err := all(ctx, s.db, scan, `SELECT quarantine.id, flow_id, stream, key, run_id, at, kind, message, mapped, mapping, history, shape, record,
			coalesce((SELECT name FROM credentials WHERE credentials.id = credential_id), source, ''), coalesce(destination, '')
		FROM quarantine LEFT JOIN flows ON flows.id = flow_id WHERE `+condition+` ORDER BY quarantine.id`, args...)
	return list, s.fault(ctx, "reading the quarantine", err)
}

// Held returns the rows of a flow that are kept, with Stream and Key only.
func (s *Store) Held(ctx context.Context, flowID string) ([]flow.Quarantined, error) {
	scan := func(scan func(...any) error) (q flow.Quarantined, err error) {
		err = scan(&q.Stream, &q.Key)
		return q, err
	}
	list, err := all(ctx, s.db, scan, `SELECT stream, key FROM quarantine WHERE flow_id = ?`, flowID)
	return list, s.fault(ctx, "reading the quarantine", err)
}

// DropQuarantined forgets rows and returns how many there were.
func (s *Store) DropQuarantined(ctx context.Context, which flow.Which) (int, error) {
	condition, args, err := where(which)
	if err != nil {
		return 0, err
	}
	n, err := changed(ctx, s.db, `DELETE FROM quarantine WHERE `+condition, args...)
	return int(n), s.fault(ctx, "dropping rows of the quarantine", err)
}

// where is the condition that a row is one of w.
func where(w flow.Which) (string, []any, error) {
	conditions, args := []string{"TRUE"}, []any{}
	if w.Flow != "" {
		conditions, args = append(conditions, "flow_id = ?"), append(args, w.Flow)
	}
	if w.Stream != "" {
		conditions, args = append(conditions, "stream = ?"), append(args, w.Stream)
	}
	if len(w.IDs) > 0 {
		ids, err := json.Marshal(w.IDs)
		if err != nil {
			return "", nil, err
		}
		conditions, args = append(conditions, "quarantine.id IN (SELECT value FROM json_each(?))"), append(args, string(ids))
	}
	return strings.Join(conditions, " AND "), args, nil
}
