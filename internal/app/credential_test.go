package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/adrg/xdg"
	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/store"
	"github.com/kalends/kalends/internal/vault"
)

func open(t *testing.T, home string) *App {
	t.Helper()
	a, err := Open(t.Context(), Config{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

func sandbox(t *testing.T) *calendlytest.Server {
	t.Helper()
	s, err := calendlytest.Start(calendlytest.Config{Seed: 1, Events: 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func ownerOf(s *calendlytest.Server, name string) NewCredential {
	return NewCredential{
		Name: name, Connector: "calendly",
		Values:  map[string]string{"api_url": s.URL},
		Secrets: map[string]vault.Secret{"api_key": vault.NewSecret(s.Tokens["owner"])},
	}
}

func TestAddCredential_by_several_processes_at_once_makes_one_key(t *testing.T) {
	t.Parallel()
	s, home := sandbox(t), t.TempDir()
	const many = 4
	var adding sync.WaitGroup
	errs := make([]error, many)
	for i := range many {
		a := open(t, home) // as a process of its own would
		adding.Go(func() { _, errs[i] = a.AddCredential(t.Context(), ownerOf(s, fmt.Sprintf("c%d", i))) })
	}
	adding.Wait()
	if diff := cmp.Diff(make([]error, many), errs); diff != "" {
		t.Fatal(diff)
	}
	a := open(t, home)
	for i := range many {
		if _, err := a.CheckCredential(t.Context(), fmt.Sprintf("c%d", i)); err != nil {
			t.Error(err)
		}
	}
}

func TestAddCredential_of_one_name_twice_at_once_saves_one(t *testing.T) {
	t.Parallel()
	s, home := sandbox(t), t.TempDir()
	var adding sync.WaitGroup
	kinds := make(chan fault.Kind, 3)
	for range cap(kinds) {
		a := open(t, home)
		adding.Go(func() {
			if _, err := a.AddCredential(t.Context(), ownerOf(s, "same")); err != nil {
				kinds <- fault.KindOf(err)
			}
		})
	}
	adding.Wait()
	close(kinds)
	if len(kinds) != cap(kinds)-1 {
		t.Errorf("%d of %d were refused", len(kinds), cap(kinds))
	}
	for k := range kinds {
		if k != fault.Conflict {
			t.Errorf("one was refused as %s", k)
		}
	}
}

func TestAddCredential_refuses_what_the_connector_does_not_know(t *testing.T) {
	t.Parallel()
	s, a := sandbox(t), open(t, t.TempDir())
	for field, change := range map[string]func(n *NewCredential){
		"connector": func(n *NewCredential) { n.Connector = "oracle" },
		"name":      func(n *NewCredential) { n.Name = "../x" },
		"api_key":   func(n *NewCredential) { n.Secrets = nil },
		"password":  func(n *NewCredential) { n.Secrets["password"] = vault.NewSecret("x") },
		"port":      func(n *NewCredential) { n.Values["port"] = "1" },
	} {
		n := ownerOf(s, "acme")
		change(&n)
		_, err := a.AddCredential(t.Context(), n)
		if fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	if list, err := a.Credentials(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("%d credentials are saved, %v", len(list), err)
	}
}

func TestAddCredential_takes_values_with_blanks_around_them(t *testing.T) {
	t.Parallel()
	s, a := sandbox(t), open(t, t.TempDir())
	n := ownerOf(s, "acme")
	n.Values = map[string]string{"api_url": " " + s.URL + "\n", "organization_uri": "\t" + s.Organization + " "}
	c, err := a.AddCredential(t.Context(), n)
	want := map[string]string{"api_url": s.URL, "organization_uri": s.Organization}
	if diff := cmp.Diff(want, c.Values); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestCredential_that_is_canceled_saves_nothing(t *testing.T) {
	t.Parallel()
	s, a := sandbox(t), open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.AddCredential(ctx, ownerOf(s, "acme")); fault.KindOf(err) != fault.Canceled {
		t.Error(err)
	}
	if list, err := a.Credentials(t.Context()); err != nil || len(list) > 0 {
		t.Errorf("%d credentials are saved, %v", len(list), err)
	}
}

func TestEditCredential_keeps_what_uses_it_going(t *testing.T) {
	t.Parallel()
	s, a := sandbox(t), open(t, t.TempDir())
	if _, err := a.AddCredential(t.Context(), ownerOf(s, "acme")); err != nil {
		t.Fatal(err)
	}
	before, err := a.place(t.Context(), reading(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	name := "acme-eu"
	c, err := a.EditCredential(t.Context(), "acme", CredentialChange{
		Name: &name, Secrets: map[string]vault.Secret{"api_key": vault.NewSecret(s.Tokens["admin"])},
	})
	if err != nil || len(c.Streams) == 0 {
		t.Fatal(len(c.Streams), err)
	}
	after, err := a.place(t.Context(), reading(), name)
	if err != nil || before.credential != after.credential {
		t.Errorf("a flow finds its credential by %s, and that became %s: %v", before.credential, after.credential, err)
	}
}

func TestEditCredential_of_what_changed_meanwhile_is_a_conflict(t *testing.T) {
	t.Parallel()
	s, a := sandbox(t), open(t, t.TempDir())
	if _, err := a.AddCredential(t.Context(), ownerOf(s, "acme")); err != nil {
		t.Fatal(err)
	}
	theirs := "theirs"
	other := open(t, a.config.Home)
	verify := a.connectors[0].Verify
	a.connectors[0].Verify = func(ctx context.Context, settings connect.Settings) (connect.Verification, error) {
		_, err := other.EditCredential(ctx, "acme", CredentialChange{Description: &theirs})
		if err != nil {
			t.Error(err)
		}
		return verify(ctx, settings)
	}
	if _, err := a.CheckCredential(t.Context(), "acme"); fault.KindOf(err) != fault.Conflict {
		t.Error(err)
	}
	change := CredentialChange{Secrets: map[string]vault.Secret{"api_key": vault.NewSecret(s.Tokens["admin"])}}
	if _, err := a.EditCredential(t.Context(), "acme", change); fault.KindOf(err) != fault.Conflict {
		t.Error(err)
	}
	if c, err := a.Credential(t.Context(), "acme"); err != nil || c.Description != "theirs" {
		t.Error(c.Description, err)
	}
}

// A newer Kalends may have saved it.
func TestCredential_of_an_unknown_connector_can_be_seen_and_removed(t *testing.T) {
	t.Parallel()
	a := open(t, t.TempDir())
	if err := a.store.CreateCredential(t.Context(), store.Credential{ID: "1", Name: "future", Connector: "quantum"}); err != nil {
		t.Fatal(err)
	}
	list, err := a.Credentials(t.Context())
	if err != nil || len(list) != 1 || list[0].Spec.Name != "quantum" {
		t.Error(list, err)
	}
	if _, err := a.CheckCredential(t.Context(), "future"); fault.KindOf(err) != fault.Invalid {
		t.Error(err)
	}
	if err := a.RemoveCredential(t.Context(), "future"); err != nil {
		t.Error(err)
	}
}

func TestConfig_defaults(t *testing.T) {
	t.Parallel()
	c := Config{}.withDefaults()
	if c.Home != filepath.Join(xdg.DataHome, "kalends") || c.KeyFile != filepath.Join(c.Home, "key") {
		t.Errorf("%+v", c)
	}
	if c := (Config{Home: "h", KeyFile: "k"}).withDefaults(); c.Home != "h" || c.KeyFile != "k" {
		t.Errorf("%+v", c)
	}
}

func TestOpen_makes_a_home_for_its_owner_only(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "a", "b")
	open(t, home)
	if info, err := os.Stat(home); err != nil || info.Mode().Perm() != 0o700 {
		t.Error(info.Mode(), err)
	}
}
