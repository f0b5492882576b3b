package audit

import (
	"context"

	"github.com/kalends/kalends/internal/engine"
)

const (
	unmappable = "records that the map cannot map are not checked"
	refusing   = "rows that the destination refuses are not repaired; see: kalends quarantine list"
)

// unwritten is told of records that cannot be mapped, and in a repair of rows
// that the destination refuses. Only a repair has them kept.
type unwritten struct{ *comparer }

var _ engine.Quarantine = unwritten{}

// Held implements engine.Quarantine.
func (u unwritten) Held(ctx context.Context) ([]engine.Row, error) {
	if kept := u.job.Run.Quarantine; u.job.Repair && kept != nil {
		return kept.Held(ctx)
	}
	return nil, nil
}

// Keep implements engine.Quarantine.
func (u unwritten) Keep(ctx context.Context, refused []engine.Refused, landed []engine.Row) error {
	for _, r := range refused {
		t := u.of(r.Stream)
		if r.Mapped {
			t.refused++
			t.Reason = refusing
			continue
		}
		t.uncheck(1, unmappable)
		t.excuse(r.Key)
	}
	if kept := u.job.Run.Quarantine; u.job.Repair && kept != nil {
		return kept.Keep(ctx, refused, landed)
	}
	return nil
}

// of returns the table that a stream of the source is written to.
func (c *comparer) of(stream string) *table {
	for name, s := range c.sources {
		if s.Name == stream {
			return c.tables[name]
		}
	}
	return nil
}
