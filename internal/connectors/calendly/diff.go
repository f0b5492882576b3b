package calendly

import (
	"context"
	"crypto/sha256"
	"hash/maphash"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/kalends/kalends/internal/connect"
)

// diff leaves out of b the records that are as they are remembered, and adds
// the traces of the others. A trace that is in b already says when what belongs
// to its record was read.
func (r *reading) diff(ctx context.Context, b connect.Batch) (connect.Batch, error) {
	if r.memory == nil {
		b.Traces = nil
		return b, nil
	}
	nested := b.Traces
	b.Traces = nil
	var changed []connect.Rows
	for _, rows := range b.Rows {
		s := r.stream(rows.Stream)
		known, err := r.remembered(ctx, s, rows.Records)
		if err != nil {
			return b, err
		}
		rows.Records = slices.DeleteFunc(rows.Records, func(record connect.Record) bool {
			t := s.trace(record)
			before, ok := known[t.Key]
			if t.Nested = before.Nested; ok && before.Gone == t.Gone && (t.Gone || before.Version == t.Version) {
				return true
			}
			known[t.Key] = t
			b.Traces = append(b.Traces, t)
			return false
		})
		if len(rows.Records) > 0 {
			changed = append(changed, rows)
		}
	}
	b.Rows = changed
	return r.nest(ctx, b, nested)
}

// nest adds to the traces of b when what belongs to their records, which are of
// one stream, was read.
func (r *reading) nest(ctx context.Context, b connect.Batch, nested []connect.Trace) (connect.Batch, error) {
	if len(nested) == 0 {
		return b, nil
	}
	at := map[string]int{} // where the traces are
	for i, t := range b.Traces {
		if t.Stream == nested[0].Stream {
			at[t.Key] = i
		}
	}
	var unchanged []string
	for _, t := range nested {
		if i, ok := at[t.Key]; ok {
			b.Traces[i].Nested = t.Nested
		} else {
			unchanged = append(unchanged, t.Key)
		}
	}
	if len(unchanged) == 0 {
		return b, nil
	}
	known, err := r.memory.Known(ctx, nested[0].Stream, unchanged)
	if err != nil {
		return b, err
	}
	for _, t := range nested {
		if before, ok := known[t.Key]; ok {
			before.Nested = t.Nested
			b.Traces = append(b.Traces, before)
		}
	}
	return b, nil
}

// remembered returns what is remembered of records of s, by key.
func (r *reading) remembered(ctx context.Context, s *stream, records []connect.Record) (map[string]connect.Trace, error) {
	if r.memory == nil || r.blank[s.Name] {
		return map[string]connect.Trace{}, nil
	}
	return r.memory.Known(ctx, s.Name, s.keysOf(records))
}

// trace returns what is to be remembered of a record of s.
func (s *stream) trace(record connect.Record) connect.Trace {
	t := connect.Trace{Stream: s.Name, Key: s.keyOf(record), Gone: s.isGone(record)}
	if s.plan.parent >= 0 {
		parent, _ := record.Values[s.plan.parent].(string)
		t.Parent = strings.Clone(parent)
	}
	if s.at >= 0 {
		t.At, _ = record.Values[s.at].(time.Time)
	}
	if raw, ok := record.Values[s.plan.raw].(connect.Document); ok {
		sum := sha256.Sum256([]byte(raw))
		copy(t.Version[:], sum[:])
	}
	return t
}

func (s *stream) keysOf(records []connect.Record) []string {
	keys := make([]string, 0, len(records))
	for _, record := range records {
		keys = append(keys, s.keyOf(record))
	}
	return keys
}

// vanished returns what has become of the records of s that are remembered, of
// parent if it is not empty and in a span, and were not among those seen. Each
// is looked up singly where the API allows it: one that is still there was
// skipped because pages shifted while they were read.
func (r *reading) vanished(ctx context.Context, s *stream, parent string, in connect.Span, seen keySet) (connect.Rows, error) {
	rows := connect.Rows{Stream: s.Name}
	if r.memory == nil || r.blank[s.Name] || r.rescoped || r.source.deletes == deletesIgnore || !r.wants(s.Name) {
		return rows, nil
	}
	if _, closed := r.closed(s.Name); closed {
		return rows, nil // nothing was listed
	}
	keys, err := r.memory.Keys(ctx, s.Name, parent, in)
	if err != nil {
		return rows, err
	}
	for _, key := range keys {
		if seen.has(key) {
			continue
		}
		record, err := r.lookUp(ctx, s, parent, key)
		if err != nil {
			return rows, err
		}
		if record != nil {
			rows.Records = append(rows.Records, *record)
		}
	}
	return rows, nil
}

// isGone reports whether a record is not there any more.
func (s *stream) isGone(record connect.Record) bool {
	return record.Deleted || record.Values[s.plan.deleted] != nil
}

// partition returns the records that are gone, and those that are there.
func (s *stream) partition(records []connect.Record) (gone, there []connect.Record) {
	for _, record := range records {
		if s.isGone(record) {
			gone = append(gone, record)
		} else {
			there = append(there, record)
		}
	}
	return gone, there
}

// orphaned returns the rows that belonged to records of s that are gone. They
// are gone with these, whatever else could be found out about them.
func (r *reading) orphaned(ctx context.Context, s *stream, records []connect.Record) ([]connect.Rows, error) {
	var all []connect.Rows
	for _, child := range r.source.all {
		if child.of != s.Name || !r.wants(child.Name) || r.memory == nil {
			continue
		}
		rows := connect.Rows{Stream: child.Name}
		for _, record := range records {
			if !s.isGone(record) {
				continue
			}
			keys, err := r.memory.Keys(ctx, child.Name, s.keyOf(record), connect.Span{})
			if err != nil {
				return nil, err
			}
			for _, key := range keys {
				rows.Records = append(rows.Records, *r.deleted(child, key))
			}
		}
		all = append(all, rows)
	}
	return all, nil
}

// keySet is keys that were seen. It keeps their hashes only, as there may be
// very many: that two of them are equal is less likely than a broken disk.
type keySet struct {
	seed   maphash.Seed
	hashes map[uint64]struct{}
}

func newKeySet() keySet { return keySet{maphash.MakeSeed(), map[uint64]struct{}{}} }

func (k keySet) add(keys ...string) {
	for _, key := range keys {
		k.hashes[maphash.String(k.seed, key)] = struct{}{}
	}
}

func (k keySet) has(key string) bool {
	_, ok := k.hashes[maphash.String(k.seed, key)]
	return ok
}

// Find implements connect.Finder. What is read by time and cannot be looked up
// may be too old to be listed, rather than gone.
func (s *source) Find(ctx context.Context, request connect.Reading, records []connect.Trace) ([]connect.Record, error) {
	r, err := s.reading(ctx, request)
	if err != nil {
		return nil, faultOf(err)
	}
	of := s.stream(request.Streams[0].Name)
	if !of.single && of.Time != "" {
		return nil, nil
	}
	found := make([]*connect.Record, len(records))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for i, t := range records {
		g.Go(func() (err error) {
			found[i], err = r.find(ctx, of, t.Parent, t.Key)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, faultOf(err)
	}
	var all []connect.Record
	for _, record := range found {
		if record != nil {
			all = append(all, *record)
		}
	}
	return all, nil
}

// find is lookUp for a record whose list was not read.
func (r *reading) find(ctx context.Context, s *stream, parent, key string) (*connect.Record, error) {
	if s.single || s.of == "" || parent == "" {
		return r.lookUp(ctx, s, parent, key)
	}
	rows, err := r.child(s, parent, s.request(r.caller, parent))(ctx)
	if err != nil {
		return nil, err
	}
	for _, record := range rows.Records {
		if s.keyOf(record) == key {
			return &record, nil
		}
	}
	return r.deleted(s, key), nil
}

// lookUp returns one record as it is now, or as deleted; nil where the API does
// not let it be seen any more, which says neither.
func (r *reading) lookUp(ctx context.Context, s *stream, parent, key string) (*connect.Record, error) {
	if !s.single {
		return r.deleted(s, key), nil // its list is one answer, which it is not in
	}
	raw, err := r.client(s.Name).GetRaw(ctx, key, nil)
	switch {
	case statusOf(err) == http.StatusNotFound, s.Name == "users" && forbidden(err) && len(missingScopes(err)) == 0:
		return r.deleted(s, key), nil
	case forbidden(err):
		r.note(s.Name, "records that are not listed any more may not be looked up, as "+key)
		return nil, nil
	case err != nil:
		return nil, err
	}
	record, err := s.plan.record(raw, parent, r.now().UTC().Truncate(time.Microsecond))
	if err != nil {
		return nil, err
	}
	if i := s.Column("deleted_at"); i >= 0 && record.Values[i] != nil {
		record.Values[s.plan.deleted] = record.Values[i]
		record.Deleted = r.source.deletes == deletesRemove
	}
	return &record, nil
}

// deleted returns a record that is not there any more.
func (r *reading) deleted(s *stream, key string) *connect.Record {
	record := connect.Record{Deleted: true, Values: make([]any, len(s.Columns))}
	record.Values[s.plan.key] = key
	if r.source.deletes == deletesMark {
		record.Values[s.plan.deleted] = r.now().UTC().Truncate(time.Microsecond)
	}
	return &record
}
