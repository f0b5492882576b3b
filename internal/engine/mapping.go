package engine

import (
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

// mapped returns what is to be written of a batch, and the records that cannot
// be mapped.
func (r *runner) mapped(g group, b connect.Batch) (parts []part, refused []Refused, err error) {
	for _, rows := range b.Rows {
		s, err := g.stream(rows.Stream)
		if err != nil {
			return nil, nil, err
		}
		p := part{stream: s.Name, table: r.job.Target(s), history: r.job.keepsVersions(s), records: rows.Records}
		if m := r.job.Mapping[s.Name]; m != nil {
			p.records = make([]connect.Record, 0, len(rows.Records))
			for _, record := range rows.Records {
				written, err := m.Map(record)
				switch {
				case err == nil:
					p.records = append(p.records, written)
				case r.job.Quarantine == nil || fault.KindOf(err) != fault.Schema:
					return nil, nil, err
				default:
					refused = append(refused, unmapped(s, m.Clean(record), err))
				}
			}
		}
		if len(p.records) > 0 {
			parts = append(parts, p)
		}
	}
	return parts, refused, nil
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
