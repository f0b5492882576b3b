package store_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/store"
)

// named returns a credential of that name and of an ID made of it.
func named(name string) store.Credential {
	c := acme()
	c.ID, c.Name = "id of "+name, name
	return c
}

func create(t *testing.T, s *store.Store, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := s.CreateCredential(t.Context(), named(name)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCreateCredential_refuses_a_name_that_is_taken_in_any_case(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	create(t, s, "acme")
	again := named("Acme")
	wantKind(t, s.CreateCredential(t.Context(), again), fault.Conflict, "name")
	wantEqual(t, len(must(s.Credentials(t.Context()))(t)), 1)
}

func TestCredentials_come_by_name(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	create(t, s, "b", "C", "a")
	var names []string
	for _, c := range must(s.Credentials(t.Context()))(t) {
		names = append(names, c.Name)
	}
	wantEqual(t, names, []string{"a", "b", "C"})
}

func TestCredential_that_is_not_there_names_those_that_are(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	hint := func() string {
		t.Helper()
		_, err := s.Credential(t.Context(), "nobody")
		wantKind(t, err, fault.NotFound, "")
		wantKind(t, s.DeleteCredential(t.Context(), "nobody"), fault.NotFound, "")
		return fault.HintOf(err)
	}
	wantEqual(t, hint(), "add one with: kalends credential add calendly --name nobody")
	create(t, s, "beta", "acme")
	wantEqual(t, hint(), "use one of: acme, beta")
	for i := range 10 {
		create(t, s, fmt.Sprint(i))
	}
	wantEqual(t, hint(), "see the names with: kalends credential list")
}

func TestUpdateCredential_replaces_all_but_its_origin(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	create(t, s, "acme")
	c := must(s.Credential(t.Context(), "acme"))(t)
	c.Name, c.Description, c.Values, c.Facts = "renamed", "more", map[string]string{"a": "b"}, nil
	c.Sealed.Version, c.VerifiedAt, c.UpdatedAt = 2, noon(), noon().AddDate(0, 0, 1)
	if err := s.UpdateCredential(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	got := must(s.Credential(t.Context(), "renamed"))(t)
	got.Facts = nil
	c.Revision = 2
	wantEqual(t, got, c)
}

func TestUpdateCredential_refuses_a_name_that_is_taken(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	create(t, s, "acme", "beta")
	c := must(s.Credential(t.Context(), "acme"))(t)
	c.Name = "BETA"
	wantKind(t, s.UpdateCredential(t.Context(), c), fault.Conflict, "name")
}

func TestUpdateCredential_of_many_at_once_lets_one_win(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s, other := open(t, home), open(t, home)
	create(t, s, "acme")
	c := must(s.Credential(t.Context(), "acme"))(t)
	var won, lost atomic.Int32
	var group sync.WaitGroup
	for i := range 8 {
		from := []*store.Store{s, other}[i%2]
		group.Go(func() {
			switch err := from.UpdateCredential(t.Context(), c); {
			case err == nil:
				won.Add(1)
			case fault.KindOf(err) == fault.Conflict && fault.FieldOf(err) == "":
				lost.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 || lost.Load() != 7 {
		t.Errorf("%d won, %d lost", won.Load(), lost.Load())
	}
}

func TestUpdateCredential_that_was_removed_is_a_conflict(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	create(t, s, "acme")
	c := must(s.Credential(t.Context(), "acme"))(t)
	if err := s.DeleteCredential(t.Context(), "ACME"); err != nil {
		t.Fatal(err)
	}
	wantKind(t, s.UpdateCredential(t.Context(), c), fault.Conflict, "")
	wantEqual(t, len(must(s.Credentials(t.Context()))(t)), 0)
}

func TestValidName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a", "0", "acme", "acme-eu_2", strings.Repeat("a", 64)} {
		if err := store.ValidName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", "A", "-a", "_a", "a b", "a/b", "a.b", "a:b", "ä", "a\n", strings.Repeat("a", 65)} {
		wantKind(t, store.ValidName(name), fault.Invalid, "name")
	}
}
