package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// place is where a flow writes to: a connector and what it needs to find it.
type place struct {
	connector connect.Connector
	settings  connect.Settings
}

// destination finds what --to names: an address of a connector, "sqlite:copy.db",
// or the name of a credential, "pg" or "pg/schema". An address wins over a
// credential of the same text. The text is not repeated in an error unless it
// can be the name of a credential: it may hold a password by mistake.
func (a *App) destination(ctx context.Context, to string) (place, error) {
	scheme, rest, ok := strings.Cut(to, ":")
	if ok {
		return a.atAddress(scheme, rest)
	}
	name, within, _ := strings.Cut(to, "/")
	saved, c, err := a.saved(ctx, name)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return place{}, a.noDestination("there is no credential %q, and it is no address of a destination either", name)
	case err != nil:
		return place{}, err
	case c.OpenDestination == nil:
		return place{}, a.noDestination("%s is a credential of %s, which cannot be written to", name, c.Spec.Title)
	}
	values := maps.Clone(saved.Values)
	if within != "" {
		if c.Spec.Within == "" {
			return place{}, fault.New(fault.Invalid, "nothing can follow the name of a credential of %s", c.Spec.Title).WithField("to").WithHint("write %s alone", name)
		}
		values[c.Spec.Within] = within
	}
	secrets, err := a.secrets(ctx, saved)
	if err != nil {
		return place{}, err
	}
	return place{connector: c, settings: connect.Settings{Values: values, Secrets: secrets}}, nil
}

// atAddress finds the destination of an address.
func (a *App) atAddress(scheme, rest string) (place, error) {
	i := slices.IndexFunc(a.connectors, func(c connect.Connector) bool {
		return c.Address != nil && c.OpenDestination != nil && (c.Spec.Name == scheme || slices.Contains(c.Spec.Schemes, scheme))
	})
	if i < 0 {
		return place{}, a.noDestination("this is not the address of a destination")
	}
	if scheme != a.connectors[i].Spec.Name {
		rest = scheme + ":" + rest
	}
	values, err := a.connectors[i].Address(rest)
	if err != nil {
		return place{}, err
	}
	return place{connector: a.connectors[i], settings: connect.Settings{Values: values}}, nil
}

// noDestination is the fault of a --to that names none; the hint lists both
// ways.
func (a *App) noDestination(format string, args ...any) error {
	var addresses []string
	for _, c := range a.connectors {
		if c.Address != nil && c.OpenDestination != nil {
			addresses = append(addresses, c.Spec.Example)
		}
	}
	return fault.New(fault.Invalid, format, args...).WithField("to").
		WithHint("write an address (%s) or the name of a credential (see `kalends credential list`)", strings.Join(addresses, ", "))
}

// open opens the destination.
func (p place) open(ctx context.Context) (connect.Destination, error) {
	return p.connector.OpenDestination(ctx, p.settings)
}

// flowID is the same for equal ends, and so what runs of them share. Secrets,
// and settings that only say how to get there, are not part of it.
func flowID(credential string, to place) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q", credential, to.connector.Spec.Name)
	for _, name := range slices.Sorted(maps.Keys(to.settings.Values)) {
		if f, ok := to.connector.Spec.Field(name); !ok || !f.Aside {
			fmt.Fprintf(h, " %q=%q", name, to.settings.Values[name])
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
