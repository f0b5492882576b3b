package app

import (
	"context"

	"github.com/kalends/kalends/internal/connect"
)

// Streams lists every stream of every source that has the same ones for all. What
// an address leads to has streams of its own: see Available.
func (a *App) Streams(ctx context.Context) ([]connect.Stream, error) {
	var list []connect.Stream
	for _, c := range a.connectors {
		if c.OpenSource == nil || c.Address != nil {
			continue
		}
		source, err := c.OpenSource(ctx, connect.Settings{})
		if err != nil {
			return nil, err
		}
		list = append(list, source.Streams()...)
	}
	return list, nil
}

// Available asks the source that from names, as SyncRequest.From does, which
// streams it has and which of them may be read. Options are the source's.
func (a *App) Available(ctx context.Context, from string, options map[string]string) ([]connect.Availability, error) {
	p, err := a.place(ctx, reading(), from)
	if err != nil {
		return nil, err
	}
	source, err := p.read(ctx, nil, options)
	if err != nil {
		return nil, err
	}
	return source.Discover(ctx)
}
