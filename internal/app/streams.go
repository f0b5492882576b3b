package app

import (
	"context"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Streams lists the streams of a credential with whether it may read them;
// without a name, those of Calendly, each as if it may.
func (a *App) Streams(ctx context.Context, credential string) ([]connect.Availability, error) {
	if credential != "" {
		_, source, err := a.source(ctx, credential, nil)
		if err != nil {
			return nil, err
		}
		return source.Discover(ctx)
	}
	c, err := a.connector("calendly")
	if err != nil {
		return nil, err
	}
	source, err := c.OpenSource(ctx, connect.Settings{})
	if err != nil {
		return nil, err
	}
	var list []connect.Availability
	for _, s := range source.Streams() {
		list = append(list, connect.Availability{Stream: s, OK: true})
	}
	return list, nil
}

// source opens the source of a credential with options of the flow and
// returns the credential's id with it.
func (a *App) source(ctx context.Context, credential string, options map[string]string) (string, connect.Source, error) {
	saved, c, settings, err := a.open(ctx, credential)
	if err != nil {
		return "", nil, err
	}
	if c.OpenSource == nil {
		return "", nil, fault.New(fault.Invalid, "%s is no source", c.Spec.Title).WithField("from")
	}
	source, err := c.OpenSource(ctx, settings.With(options))
	return saved.ID, source, err
}
