package app

import (
	"context"
	"errors"
	"os"
	"strings"

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
// serves, ready is told where. A wrong config is fault.Invalid, an address that
// cannot be listened on fault.Unavailable.
func Serve(ctx context.Context, cfg SandboxConfig, ready func(Sandbox) error) (err error) {
	s, err := calendlytest.Start(cfg)
	if err != nil {
		return sandboxFault(err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := ready(Sandbox{URL: s.URL, Organization: s.Organization, Tokens: s.Tokens}); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func sandboxFault(err error) error {
	message := strings.TrimPrefix(err.Error(), "calendlytest: ")
	f := fault.New(fault.Invalid, "the sandbox cannot start: %s", message).WithHint("see: kalends sandbox --help")
	if _, ok := errors.AsType[*os.SyscallError](err); ok { // the address is good, but taken or not ours
		f.Kind = fault.Unavailable
		f = f.WithField("listen").WithHint("choose another address with --listen, or port 0 for a free one")
	}
	f.Err = err
	return f
}
