package engine

import (
	"slices"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Mapper decides how the records of one stream are written. It is safe for
// concurrent use.
type Mapper interface {
	// Target returns the stream as the destination gets it, of the source's
	// Group.
	Target() connect.Stream
	// Map returns the record to write for one of the source. A fault.Schema is
	// the error of that record alone.
	Map(r connect.Record) (connect.Record, error)
	// Clean returns a record of the source without what may not be kept of it,
	// for one that cannot be mapped.
	Clean(r connect.Record) connect.Record
}

// Target returns a stream of the source as the destination gets it.
func (j Job) Target(s connect.Stream) connect.Stream {
	if m := j.Mapping[s.Name]; m != nil {
		return m.Target()
	}
	return s
}

// part is records of one stream as they are written.
type part struct {
	stream  string // the source's name of it
	table   connect.Stream
	history bool
	records []connect.Record
}

// mappedBatch is what is to be written of a batch, and the records that cannot
// be mapped.
type mappedBatch struct {
	parts    []part
	unmapped []Refused
	outdated []Refused // those of which a later version can be
}

// mapped maps the records of a batch.
func (r *runner) mapped(g group, b connect.Batch) (m mappedBatch, err error) {
	for _, rows := range b.Rows {
		s, err := g.stream(rows.Stream)
		if err != nil {
			return m, err
		}
		p := part{stream: s.Name, table: r.job.Target(s), history: r.job.keepsVersions(s), records: rows.Records}
		if r.job.Mapping[s.Name] != nil {
			if p.records, err = r.mapRows(s, p.table, rows.Records, &m); err != nil {
				return m, err
			}
		}
		if len(p.records) > 0 {
			m.parts = append(m.parts, p)
		}
	}
	return m, nil
}

// mapRows returns records of s as they are written to table, and adds those that
// cannot be to m.
func (r *runner) mapRows(s, table connect.Stream, records []connect.Record, m *mappedBatch) ([]connect.Record, error) {
	mapper := r.job.Mapping[s.Name]
	all := make([]connect.Record, 0, len(records))
	for _, record := range records {
		written, err := mapper.Map(record)
		switch {
		case err == nil:
			all = append(all, written)
			if len(m.unmapped) > 0 {
				m.supersede(Row{s.Name, table.KeyOf(written)})
			}
		case r.job.Quarantine == nil || fault.KindOf(err) != fault.Schema:
			return nil, err
		default:
			m.unmapped = append(m.unmapped, unmapped(s, mapper.Clean(record), err))
		}
	}
	return all, nil
}

// supersede notes that a later version of a row can be mapped.
func (m *mappedBatch) supersede(row Row) {
	m.unmapped = slices.DeleteFunc(m.unmapped, func(r Refused) bool {
		if r.Row != row {
			return false
		}
		m.outdated = append(m.outdated, r)
		return true
	})
}

// halves splits parts in the middle of their records, of which there are size.
func halves(parts []part, size int) (first, second []part) {
	left := size / 2
	for _, p := range parts {
		n := min(left, len(p.records))
		left -= n
		head, tail := p, p
		head.records, tail.records = p.records[:n], p.records[n:]
		if len(head.records) > 0 {
			first = append(first, head)
		}
		if len(tail.records) > 0 {
			second = append(second, tail)
		}
	}
	return first, second
}

func sizeOf(parts []part) int {
	n := 0
	for _, p := range parts {
		n += len(p.records)
	}
	return n
}
