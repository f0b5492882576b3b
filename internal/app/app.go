// Package app opens the parts of Kalends, wires them together and does what
// the command line asks for. It is the only package that knows concrete types.
package app

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connectors/all"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/store"
	"github.com/kalends/kalends/internal/vault"
)

// Config is where Kalends keeps its things. The zero Config is the default.
type Config struct {
	// Home is the folder of the control database and the locks; by default
	// "kalends" in the user's data folder.
	Home string
	// KeyFile is the file of the key that wraps the vault's data keys; by
	// default "key" in Home.
	KeyFile string
	// HashKey is the key of hashes; by default one that is made and kept in
	// the control database, sealed.
	HashKey vault.Secret
	// Version is told to the systems Kalends talks to.
	Version string
}

func (c Config) withDefaults() Config {
	if c.Home == "" {
		c.Home = filepath.Join(xdg.DataHome, "kalends")
	}
	if c.KeyFile == "" {
		c.KeyFile = filepath.Join(c.Home, "key")
	}
	return c
}

// App is an open Kalends.
type App struct {
	config     Config
	store      *store.Store
	connectors []connect.Connector
	now        func() time.Time
	newID      func() string
}

// Open opens the control database, making it if there is none. The caller
// closes the App.
func Open(ctx context.Context, cfg Config) (*App, error) {
	cfg = cfg.withDefaults()
	s, err := store.Open(ctx, filepath.Join(cfg.Home, "kalends.db"))
	if err != nil {
		return nil, err
	}
	return &App{
		config: cfg, store: s, connectors: all.All(cfg.Version, time.Now), now: time.Now, newID: rand.Text,
	}, nil
}

// Close releases everything.
func (a *App) Close() error { return a.store.Close() }

// connector returns the connector of a name.
func (a *App) connector(name string) (connect.Connector, error) {
	return find(a.connectors, name)
}

// credentialConnector returns the connector of a name if it takes credentials.
func (a *App) credentialConnector(name string) (connect.Connector, error) {
	return find(takingCredentials(a.connectors), name)
}

func find(among []connect.Connector, name string) (connect.Connector, error) {
	names := make([]string, 0, len(among))
	for _, c := range among {
		if c.Spec.Name == name {
			return c, nil
		}
		names = append(names, c.Spec.Name)
	}
	return connect.Connector{}, fault.New(fault.Invalid, "there is no such connector").WithField("connector").
		WithHint("choose from: %s", strings.Join(names, ", "))
}

func takingCredentials(among []connect.Connector) []connect.Connector {
	return slices.DeleteFunc(slices.Clone(among), func(c connect.Connector) bool { return c.Verify == nil })
}

// CredentialSpecs lists the specs of the connectors that take credentials.
func CredentialSpecs() []connect.Spec {
	var specs []connect.Spec
	for _, c := range takingCredentials(all.All("", time.Now)) {
		specs = append(specs, c.Spec)
	}
	return specs
}
