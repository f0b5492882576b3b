package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/vault"
)

// Demo is the main job on a sandbox, step by step.
type Demo struct {
	// Dir is the folder of the copy and of a home of its own. What an earlier
	// demo left there is replaced.
	Dir string
	// Events is the size of the sandbox.
	Events int
	// Step is told of each step before it begins.
	Step func(step DemoStep)
	// Watch is that of SyncRequest.
	Watch func(changed <-chan struct{}, snapshot func() flow.Snapshot)
}

// DemoStep is one step of a Demo. Only one of the parts beside About is set.
type DemoStep struct {
	About   string
	Command string // what does the same on the command line
}

// DemoResult is what a Demo came to.
type DemoResult struct {
	File    string     `json:"file"`
	Run     flow.Run   `json:"run"`
	Proof   flow.Proof `json:"proof"`
	Answers []Answer   `json:"answers"`
}

const demoCredential = "demo"

// Run runs the demo. The config's home is not touched.
func (d Demo) Run(ctx context.Context, cfg Config) (result DemoResult, err error) {
	result.File = filepath.Join(d.Dir, "calendly.db")
	if err := d.clear(); err != nil {
		return result, err
	}
	s, err := calendlytest.Start(calendlytest.Config{Seed: 1, Events: d.Events, Plan: "enterprise"})
	if err != nil {
		return result, fault.New(fault.Unavailable, "the sandbox: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	d.Step(DemoStep{About: "A sandbox Calendly listens on " + s.URL, Command: "kalends sandbox"})
	cfg.Home, cfg.KeyFile = filepath.Join(d.Dir, "home"), ""
	a, err := Open(ctx, cfg)
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	d.Step(DemoStep{About: "Its owner's token becomes a credential", Command: "kalends credential add calendly --name " + demoCredential})
	if err := d.credential(ctx, a, s.URL, s.Tokens["owner"]); err != nil {
		return result, err
	}
	d.Step(DemoStep{About: "Every stream is copied", Command: "kalends sync --from " + demoCredential + " --to sqlite:" + result.File})
	result.Run, err = a.Sync(ctx, SyncRequest{From: demoCredential, To: "sqlite:" + result.File, Watch: d.Watch})
	if err != nil {
		return result, err
	}
	d.Step(DemoStep{About: "Every value of the copy is compared with Calendly's", Command: "kalends verify --from " + demoCredential + " --to sqlite:" + result.File})
	result.Proof, err = a.Verify(ctx, VerifyRequest{Copy: SyncRequest{From: demoCredential, To: "sqlite:" + result.File}})
	if err != nil {
		return result, err
	}
	result.Answers, err = Ask(ctx, result.File, questions())
	return result, err
}

// clear removes what an earlier demo left, and nothing else.
func (d Demo) clear() error {
	err := os.RemoveAll(filepath.Join(d.Dir, "home"))
	for _, name := range []string{"calendly.db", "calendly.db-wal", "calendly.db-shm"} {
		if e := os.Remove(filepath.Join(d.Dir, name)); !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	err = errors.Join(err, os.MkdirAll(d.Dir, 0o755))
	if err != nil {
		return fault.New(fault.Invalid, "the folder of the demo: %w", err).WithField("dir").WithHint("choose a folder you may write to with --dir")
	}
	return nil
}

func (d Demo) credential(ctx context.Context, a *App, url, token string) error {
	_, err := a.AddCredential(ctx, NewCredential{
		Name: demoCredential, Description: "The sandbox of the demo", Connector: "calendly",
		Values:  map[string]string{"api_url": url},
		Secrets: map[string]vault.Secret{"api_key": vault.NewSecret(token)},
	})
	return err
}
