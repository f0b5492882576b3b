package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// place is an end of a flow: a connector and what it needs to find it.
type place struct {
	connector  connect.Connector
	settings   connect.Settings
	credential string // its id; empty: it was named by an address
}

// role is what a place is to be.
type role struct {
	field  string // what names it
	noun   string
	cannot string // of a connector that is not able to
	able   func(connect.Connector) bool
}

func reading() role {
	return role{
		field: "from", noun: "source", cannot: "cannot be read from",
		able: func(c connect.Connector) bool { return c.OpenSource != nil },
	}
}

func writing() role {
	return role{
		field: "to", noun: "destination", cannot: "cannot be written to",
		able: func(c connect.Connector) bool { return c.OpenDestination != nil },
	}
}

// standardInput is the address of what is piped in.
const standardInput = "-"

// place finds what --from or --to names: an address of a connector,
// "sqlite:copy.db", or the name of a credential, "pg" or "pg/schema". An address
// wins over a credential of the same text. The text is not repeated in an error
// unless it can be the name of a credential: it may hold a password by mistake.
func (a *App) place(ctx context.Context, r role, text string) (place, error) {
	if text == standardInput && r.field == reading().field {
		return a.atAddress(r, "files", standardInput)
	}
	if scheme, rest, ok := strings.Cut(text, ":"); ok {
		return a.atAddress(r, scheme, rest)
	}
	name, within, _ := strings.Cut(text, "/")
	saved, c, err := a.saved(ctx, name)
	if err == nil {
		c, err = a.half(r, name, c)
	}
	switch {
	case fault.KindOf(err) == fault.NotFound && r.field == writing().field:
		return place{}, a.noPlace(r, "there is no credential %q, and it is no address of a destination either", name)
	case err != nil:
		return place{}, err
	case within != "" && c.Within == nil:
		return place{}, fault.New(fault.Invalid, "nothing can follow the name of a credential of %s", c.Spec.Title).WithField(r.field).WithHint("write %s alone", name)
	}
	values := saved.Values
	if c.Within != nil {
		if values, err = c.Within(values, within); err != nil {
			return place{}, named(r, err)
		}
	}
	secrets, err := a.secrets(ctx, saved)
	if err != nil {
		return place{}, err
	}
	return place{connector: c, settings: connect.Settings{Values: values, Secrets: secrets}, credential: saved.ID}, nil
}

// atAddress finds the place of an address.
func (a *App) atAddress(r role, scheme, rest string) (place, error) {
	i := slices.IndexFunc(a.connectors, func(c connect.Connector) bool {
		return c.Address != nil && r.able(c) && (c.Spec.Name == scheme || slices.Contains(c.Spec.Schemes, scheme))
	})
	if i < 0 {
		return place{}, a.noPlace(r, "this is not the address of a %s", r.noun)
	}
	if scheme != a.connectors[i].Spec.Name {
		rest = scheme + ":" + rest
	}
	values, err := a.connectors[i].Address(rest)
	if err != nil {
		return place{}, named(r, err)
	}
	return place{connector: a.connectors[i], settings: connect.Settings{Values: values}}, nil
}

// half returns the connector that does what is asked of a credential, given the
// one that verified it: a system can be two connectors of one name, one to read
// and one to write.
func (a *App) half(r role, credential string, verified connect.Connector) (connect.Connector, error) {
	for _, c := range append([]connect.Connector{verified}, a.connectors...) {
		if c.Spec.Name == verified.Spec.Name && r.able(c) {
			return c, nil
		}
	}
	return connect.Connector{}, a.noPlace(r, "%s is a credential of %s, which %s", credential, verified.Spec.Title, r.cannot)
}

// named gives a fault of an address or a credential the name of the flag.
func named(r role, err error) error {
	var wrong *fault.Error
	if errors.As(err, &wrong) {
		wrong.Field = r.field
	}
	return err
}

// noPlace is the fault of a --from or --to that names none; the hint lists both
// ways.
func (a *App) noPlace(r role, format string, args ...any) error {
	var addresses []string
	for _, c := range a.connectors {
		if c.Address != nil && r.able(c) {
			addresses = append(addresses, c.Spec.Example)
		}
	}
	return fault.New(fault.Invalid, format, args...).WithField(r.field).
		WithHint("write an address (%s) or the name of a credential (see `kalends credential list`)", strings.Join(addresses, ", "))
}

// open opens the destination.
func (p place) open(ctx context.Context) (connect.Destination, error) {
	return p.connector.OpenDestination(ctx, p.settings)
}

// read opens the source, for some streams if any are named, with options of the
// flow. One that it has not is refused rather than left unheard.
func (p place) read(ctx context.Context, streams []string, options map[string]string) (connect.Source, error) {
	for _, name := range slices.Sorted(maps.Keys(options)) {
		if !p.has(name) {
			return nil, fault.New(fault.Invalid, "%s is read without this option", p.connector.Spec.Title).WithField(name).WithHint("leave it out")
		}
	}
	settings := p.settings.With(options)
	settings.Streams = streams
	return p.connector.OpenSource(ctx, settings)
}

// has reports whether a source has an option of that name.
func (p place) has(option string) bool {
	return slices.ContainsFunc(p.connector.Spec.Options, func(f connect.Field) bool { return f.Name == option })
}

// identity tells places apart, however they are named. Secrets, settings that
// only say how to get there, and what is left empty are not part of it.
func (p place) identity() string {
	text := fmt.Sprintf("%q", p.connector.Spec.Name)
	for _, name := range slices.Sorted(maps.Keys(p.settings.Values)) {
		v := p.settings.Values[name]
		if f, ok := p.connector.Spec.Field(name); v != "" && (!ok || !f.Aside) {
			text += fmt.Sprintf(" %q=%q", name, v)
		}
	}
	return text
}

// id tells a source from others. One that cannot be named by an address is what
// its credential opens.
func (p place) id() string {
	if p.connector.Address != nil {
		return p.identity()
	}
	return p.credential
}

// flowID is the same for equal ends, and so what runs of them share.
func flowID(source string, to place) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %s", source, to.identity()))
	return hex.EncodeToString(sum[:12])
}
