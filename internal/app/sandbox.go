package app

import (
	"context"
	"errors"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/fault"
)

// SandboxConfig is the emulator's own.
type SandboxConfig = calendlytest.Config

// SandboxToken is the emulator's own.
type SandboxToken = calendlytest.Token

// Sandbox is where an emulator that serves is found.
type Sandbox struct {
	URL          string            `json:"url"`
	Organization string            `json:"organization"`
	Tokens       map[string]string `json:"tokens"`
}

// Serve runs an emulator until ctx is canceled, which is no error. Once it
// serves, ready is told where.
func Serve(ctx context.Context, cfg SandboxConfig, ready func(Sandbox) error) (err error) {
	s, err := calendlytest.Start(cfg)
	if err != nil {
		return fault.New(fault.Invalid, "the sandbox: %w", err).WithHint("see kalends sandbox --help")
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := ready(Sandbox{URL: s.URL, Organization: s.Organization, Tokens: s.Tokens}); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
