package connect

import (
	"context"
	"maps"

	"github.com/kalends/kalends/internal/vault"
)

// Connector is a system Kalends can talk to. Which of the functions are set
// says what it can be; Spec is always set.
type Connector struct {
	Spec Spec
	// Address turns the part of an address after "name:" into Values; of an
	// address that begins with another of the Schemes, the whole. The field of
	// its faults is set by the caller. Nil: the connector is named by
	// credential only, and the streams of its source are the same for all.
	Address func(rest string) (map[string]string, error)
	// Within returns the Values of a place of a credential, of which those are
	// given: the one that is named by what follows "credential/", or by nothing.
	// Nil: nothing may follow. The field of its faults is set by the caller.
	Within func(values map[string]string, within string) (map[string]string, error)
	// Verify tests a credential before it is saved and returns what to save.
	Verify func(ctx context.Context, s Settings) (Verification, error)
	// OpenSource returns a source. It may ask the system which streams there
	// are, and leaves no connection open.
	OpenSource func(ctx context.Context, s Settings) (Source, error)
	// OpenDestination returns an open destination, to be closed by the caller.
	OpenDestination func(ctx context.Context, s Settings) (Destination, error)
}

// Settings are the values of a Spec's fields and options. Those of secret
// fields are in Secrets, all others in Values.
type Settings struct {
	Values  map[string]string
	Secrets map[string]vault.Secret
	// Streams names those that are wanted of a source, so that it need not look
	// into others; empty: all.
	Streams []string
}

// With returns a copy of s in which each named value is set.
func (s Settings) With(values map[string]string) Settings {
	all := maps.Clone(s.Values)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, values)
	return Settings{Values: all, Secrets: s.Secrets, Streams: s.Streams}
}

// Verification is what a connector learned about a credential.
type Verification struct {
	// Values are the settings to save: those given, completed from the system.
	Values map[string]string
	// Facts are what people are told: whose token, role, plan, version.
	Facts []Fact
	// Streams say what the credential may read.
	Streams []Availability
}

// Fact is one thing learned about a credential. Name is a JSON key, Title
// what people read.
type Fact struct{ Name, Title, Value string }

// Into returns a Within by which what follows the name of a credential is the
// value of a field.
func Into(field string) func(values map[string]string, within string) (map[string]string, error) {
	return func(values map[string]string, within string) (map[string]string, error) {
		if within != "" {
			values = Settings{Values: values}.With(map[string]string{field: within}).Values
		}
		return values, nil
	}
}
