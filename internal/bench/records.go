package main

import (
	"context"
	"slices"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connectors/all"
	"github.com/kalends/kalends/internal/vault"
)

// load is records as the source brings them, for destinations to write.
type load struct {
	streams []connect.Stream
	batches []connect.Batch // of at least 2,000 records, as the engine gathers them
	records int
}

// meetings reads the 10,000 meetings of a sandbox, and their invitees, into
// memory.
func meetings(ctx context.Context, b *bench) (load, error) {
	s, err := b.sandbox(ctx, "--events", "10000", "--rate", "0")
	if err != nil {
		return load{}, err
	}
	source, err := connector("calendly").OpenSource(ctx, connect.Settings{
		Values: map[string]string{"api_url": s.URL}, Secrets: map[string]vault.Secret{"api_key": vault.NewSecret(s.Tokens["owner"])},
	})
	if err != nil {
		return load{}, err
	}
	l := load{streams: slices.DeleteFunc(source.Streams(), func(s connect.Stream) bool {
		return s.Name != "scheduled_events" && s.Name != "invitees"
	})}
	var held connect.Batch
	for batch, err := range source.Read(ctx, connect.Reading{Streams: l.streams}) {
		if err != nil {
			return load{}, err
		}
		if held = held.And(batch); held.Len() >= 2000 {
			l.add(&held)
		}
	}
	l.add(&held)
	return l, s.stop()
}

func (l *load) add(held *connect.Batch) {
	if n := held.Len(); n > 0 {
		l.records += n
		l.batches = append(l.batches, *held)
	}
	*held = connect.Batch{}
}

// connector returns the connector of a name.
func connector(name string) connect.Connector {
	list := all.All("bench", time.Now)
	return list[slices.IndexFunc(list, func(c connect.Connector) bool { return c.Spec.Name == name })]
}

// prepare makes the tables of l.
func (l *load) prepare(ctx context.Context, d connect.Destination) error {
	for _, s := range l.streams {
		if _, err := d.Prepare(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// write writes all of l, as the engine does.
func (l *load) write(ctx context.Context, d connect.Destination) error {
	for _, b := range l.batches {
		tx, err := d.Begin(ctx)
		if err != nil {
			return err
		}
		for _, rows := range b.Rows {
			s := l.streams[slices.IndexFunc(l.streams, func(s connect.Stream) bool { return s.Name == rows.Stream })]
			if err := tx.Write(ctx, s, rows.Records); err != nil {
				return err
			}
		}
		if err := tx.Commit(ctx); err != nil {
			return err
		}
	}
	return nil
}
