package app

import (
	"context"

	"github.com/kalends/kalends/internal/connect"
)

// Streams lists every stream of every source.
func (a *App) Streams(ctx context.Context) ([]connect.Stream, error) {
	var list []connect.Stream
	for _, c := range a.connectors {
		if c.OpenSource == nil {
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

// Available asks the system of a credential which of its streams the
// credential may read.
func (a *App) Available(ctx context.Context, credential string) ([]connect.Availability, error) {
	_, source, err := a.source(ctx, credential, nil)
	if err != nil {
		return nil, err
	}
	return source.Discover(ctx)
}
