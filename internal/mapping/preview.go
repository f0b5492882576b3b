package mapping

import "github.com/kalends/kalends/internal/connect"

// Preview shows what a mapping makes of some records.
type Preview struct {
	Source, Target connect.Stream
	Rows           []Change
	Reason         string // why there are none, or what to know; for who reads them to set
}

// Change is one record before and after.
type Change struct {
	Before connect.Record // of Source
	// After is of Target. It is Deleted if the record is not kept, and has no
	// values if Err says that it cannot be mapped.
	After connect.Record
	Err   error
}

// Preview maps records, to be looked at.
func (s *Stream) Preview(records []connect.Record) Preview {
	p := Preview{Source: s.source, Target: s.target}
	for _, r := range records {
		after, err := s.Map(r)
		p.Rows = append(p.Rows, Change{Before: r, After: after, Err: err})
	}
	return p
}
