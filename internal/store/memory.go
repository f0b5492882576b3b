package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"github.com/kalends/kalends/internal/connect"
)

// Memory returns what is remembered of the records of a flow. SaveProgress
// adds to it.
func (s *Store) Memory(flowID string) connect.Memory { return memory{s, flowID} }

type memory struct {
	store  *Store
	flowID string
}

const ofStream = ` stream_id = (SELECT id FROM memory_streams WHERE flow_id = ? AND stream = ?) `

// Empty implements connect.Memory.
func (m memory) Empty(ctx context.Context, stream string) (bool, error) {
	var known bool
	err := m.store.db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM memory WHERE`+ofStream+`)`, m.flowID, stream).Scan(&known)
	return !known, m.store.fault(ctx, "reading what is remembered of "+stream, err)
}

// Known implements connect.Memory.
func (m memory) Known(ctx context.Context, stream string, keys []string) (map[string]connect.Trace, error) {
	hashes := make([]int64, 0, len(keys))
	for _, key := range keys {
		hashes = append(hashes, hashOf(m.flowID, stream, key))
	}
	list, err := json.Marshal(hashes)
	if err != nil {
		return nil, fmt.Errorf("asking for keys of %s: %w", stream, err)
	}
	scan := func(scan func(...any) error) (connect.Trace, error) {
		t := connect.Trace{Stream: stream}
		var parent sql.NullString
		var version []byte
		err := scan(&t.Key, &parent, &version, micros(&t.At), micros(&t.Nested), &t.Gone)
		t.Parent = parent.String
		copy(t.Version[:], version)
		return t, err
	}
	found, err := all(ctx, m.store.db, scan, `SELECT key, parent, version, at, nested, gone FROM memory
		WHERE hash IN (SELECT value FROM json_each(?)) AND`+ofStream, string(list), m.flowID, stream)
	if err != nil {
		return nil, m.store.fault(ctx, "reading what is remembered of "+stream, err)
	}
	known := make(map[string]connect.Trace, len(found))
	for _, t := range found {
		known[t.Key] = t
	}
	return known, nil
}

// Keys implements connect.Memory.
func (m memory) Keys(ctx context.Context, stream, parent string, in connect.Span) ([]string, error) {
	query, args := `SELECT key FROM memory INDEXED BY memory_stream WHERE`+ofStream+`AND NOT gone`, []any{m.flowID, stream}
	if parent != "" {
		query = `SELECT key FROM memory INDEXED BY memory_parent WHERE` + ofStream + `AND NOT gone AND parent_id = ? AND parent = ?`
		args = append(args, hashOf(parent), parent)
	}
	if !in.From.IsZero() {
		query, args = query+` AND at >= ?`, append(args, in.From.UnixMicro())
	}
	if !in.To.IsZero() {
		query, args = query+` AND at < ?`, append(args, in.To.UnixMicro())
	}
	scan := func(scan func(...any) error) (key string, err error) { return key, scan(&key) }
	keys, err := all(ctx, m.store.db, scan, query, args...)
	return keys, m.store.fault(ctx, "reading what is remembered of "+stream, err)
}

// hashOf is a number for some texts. That two records have the same is less
// likely than a broken disk; the later would then take the place of the earlier,
// which would be written once more.
func hashOf(parts ...string) int64 {
	h := sha256.New()
	for _, p := range parts {
		h.Write(binary.AppendUvarint(nil, uint64(len(p))))
		h.Write([]byte(p))
	}
	return int64(binary.BigEndian.Uint64(h.Sum(nil)))
}

// Remember adds traces to what is remembered of a flow, all or nothing.
func (s *Store) Remember(ctx context.Context, flowID string, traces []connect.Trace) error {
	err := s.within(ctx, func(tx *sql.Tx) error { return remember(ctx, tx, flowID, traces) })
	return s.fault(ctx, "remembering records", err)
}

// row is a trace as it is kept.
type row struct {
	connect.Trace

	hash, streamID int64
	parent         sql.NullString
	parentID       sql.NullInt64
}

// remember writes traces; of two with one key the later wins.
func remember(ctx context.Context, tx *sql.Tx, flowID string, traces []connect.Trace) (err error) {
	if len(traces) == 0 {
		return nil
	}
	rows, err := rowsOf(ctx, tx, flowID, traces)
	if err != nil {
		return err
	}
	write, err := tx.PrepareContext(ctx, `INSERT INTO memory (hash, stream_id, key, parent, parent_id, version, at, nested, gone)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO UPDATE SET stream_id = excluded.stream_id, key = excluded.key,
			parent = excluded.parent, parent_id = excluded.parent_id, version = excluded.version, at = excluded.at,
			nested = excluded.nested, gone = excluded.gone`)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, write.Close()) }()
	for _, r := range rows {
		if _, err := write.ExecContext(ctx, r.hash, r.streamID, r.Key, r.parent, r.parentID, r.Version[:], micros(&r.At), micros(&r.Nested), r.Gone); err != nil {
			return err
		}
	}
	return nil
}

func rowsOf(ctx context.Context, tx *sql.Tx, flowID string, traces []connect.Trace) ([]row, error) {
	streams := map[string]int64{}
	rows := make([]row, 0, len(traces))
	for _, t := range traces {
		id, ok := streams[t.Stream]
		if !ok {
			var err error
			if id, err = streamID(ctx, tx, flowID, t.Stream); err != nil {
				return nil, err
			}
			streams[t.Stream] = id
		}
		r := row{Trace: t, hash: hashOf(flowID, t.Stream, t.Key), streamID: id}
		if t.Parent != "" {
			r.parent = sql.NullString{String: t.Parent, Valid: true}
			r.parentID = sql.NullInt64{Int64: hashOf(t.Parent), Valid: true}
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func streamID(ctx context.Context, tx *sql.Tx, flowID, stream string) (id int64, err error) {
	if _, err := tx.ExecContext(ctx, `INSERT INTO memory_streams (flow_id, stream) VALUES (?, ?) ON CONFLICT DO NOTHING`, flowID, stream); err != nil {
		return 0, err
	}
	err = tx.QueryRowContext(ctx, `SELECT id FROM memory_streams WHERE flow_id = ? AND stream = ?`, flowID, stream).Scan(&id)
	return id, err
}

// Forget forgets all records of the streams of a flow, and how far the group
// that they are of has come.
func (s *Store) Forget(ctx context.Context, flowID, group string, streams []string) error {
	err := s.within(ctx, func(tx *sql.Tx) error {
		for _, stream := range streams {
			if _, err := tx.ExecContext(ctx, `DELETE FROM memory WHERE`+ofStream, flowID, stream); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM progress WHERE flow_id = ? AND stream_group = ?`, flowID, group)
		return err
	})
	return s.fault(ctx, "forgetting "+group, err)
}

// Remap says with which mappings the records of streams of a flow are written
// from now on, by the fingerprint of each; empty is none. Where it is another
// than before, all that was written is of no use: how far the group has come is
// forgotten, and so is what the records said, but not that they are there.
func (s *Store) Remap(ctx context.Context, flowID, group string, mappings map[string]string) error {
	err := s.within(ctx, func(tx *sql.Tx) error {
		for stream, mapping := range mappings {
			before, err := mappingOf(ctx, tx, flowID, stream)
			if err != nil {
				return err
			}
			if before == mapping {
				continue
			}
			id, err := streamID(ctx, tx, flowID, stream)
			if err != nil {
				return err
			}
			for _, change := range []struct {
				query string
				args  []any
			}{
				{`UPDATE memory_streams SET mapping = ? WHERE id = ?`, []any{mapping, id}},
				{`UPDATE memory SET version = zeroblob(16) WHERE stream_id = ?`, []any{id}},
				{`DELETE FROM progress WHERE flow_id = ? AND stream_group = ?`, []any{flowID, group}},
			} {
				if _, err := tx.ExecContext(ctx, change.query, change.args...); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return s.fault(ctx, "noting the mapping of "+group, err)
}

// Mapping returns the fingerprint that Remap noted for a stream of a flow; empty
// if there is none.
func (s *Store) Mapping(ctx context.Context, flowID, stream string) (string, error) {
	mapping, err := mappingOf(ctx, s.db, flowID, stream)
	return mapping, s.fault(ctx, "reading the mapping of "+stream, err)
}

func mappingOf(ctx context.Context, q querier, flowID, stream string) (string, error) {
	list, err := all(ctx, q, text, `SELECT mapping FROM memory_streams WHERE flow_id = ? AND stream = ?`, flowID, stream)
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}
