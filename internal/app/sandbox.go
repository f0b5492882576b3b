package app

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/fault"
)

// SandboxConfig is the emulator's own.
type SandboxConfig = calendlytest.Config

// SandboxToken is the emulator's own.
type SandboxToken = calendlytest.Token

// Sandbox is where an emulator that serves is found, and the invented secrets
// that it takes.
type Sandbox struct {
	URL          string            `json:"url"`
	Organization string            `json:"organization"`
	Tokens       map[string]string `json:"tokens"`
	AdminToken   string            `json:"admin_token"` // for what lies under /_sandbox/
	App          SandboxApp        `json:"app"`
}

// SandboxApp is an OAuth application.
type SandboxApp struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

// Serve runs an emulator until ctx is canceled, which is no error. Once it
// serves, ready is told where. If state names a file, it goes on from what was
// saved there, and saves there in the end. A wrong config or state is
// fault.Invalid, an address that cannot be listened on fault.Unavailable.
func Serve(ctx context.Context, cfg SandboxConfig, state string, ready func(Sandbox) error) (err error) {
	if state != "" {
		saved, err := os.Open(state)
		switch {
		case err == nil:
			defer func() { _ = saved.Close() }() // it was only read
			cfg.State = saved
		case !errors.Is(err, fs.ErrNotExist):
			return fault.New(fault.Invalid, "the state cannot be read: %w", err).WithField("state")
		}
	}
	s, err := calendlytest.Start(cfg)
	if err != nil {
		return sandboxFault(err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = ready(Sandbox{
		URL: s.URL, Organization: s.Organization, Tokens: s.Tokens, AdminToken: s.AdminToken,
		App: SandboxApp{ClientID: s.App.ClientID, ClientSecret: s.App.ClientSecret},
	})
	if err != nil {
		return err
	}
	<-ctx.Done()
	if state == "" {
		return nil
	}
	return saveState(s, state)
}

// saveState replaces the file in one step.
func saveState(s *calendlytest.Server, path string) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err == nil {
		err = errors.Join(s.Save(file), file.Sync(), file.Close())
		if err == nil {
			err = os.Rename(file.Name(), path)
		}
		if err != nil {
			err = errors.Join(err, os.Remove(file.Name()))
		}
	}
	if err != nil {
		return fault.New(fault.Unavailable, "the state could not be saved: %w", err).WithField("state").
			WithHint("choose a file in a folder that you may write to")
	}
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
