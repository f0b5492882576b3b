package vault_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

func newKey(t *testing.T) vault.KeyWrapper {
	t.Helper()
	w, err := vault.CreateKeyFile(filepath.Join(t.TempDir(), "vault.key"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// seal seals the token and a second field as credential "c1", version 3.
func seal(t *testing.T, v *vault.Vault) vault.Sealed {
	t.Helper()
	s, err := v.Seal(t.Context(), "c1", 3, map[string]vault.Secret{"api_key": vault.NewSecret(plain), "webhook_key": vault.NewSecret("another")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func reveal(fields map[string]vault.Secret) map[string]string {
	texts := map[string]string{}
	for name, s := range fields {
		texts[name] = s.Reveal()
	}
	return texts
}

func TestVault_opens_what_it_sealed(t *testing.T) {
	t.Parallel()
	v := vault.New(newKey(t))
	rapid.Check(t, func(r *rapid.T) {
		want := rapid.MapOf(rapid.String(), rapid.String()).Draw(r, "fields")
		id, version := rapid.String().Draw(r, "id"), rapid.Int().Draw(r, "version")
		fields := map[string]vault.Secret{}
		for name, text := range want {
			fields[name] = vault.NewSecret(text)
		}
		sealed, err := v.Seal(t.Context(), id, version, fields)
		if err != nil {
			r.Fatal(err)
		}
		for name, text := range want {
			if len(text) > 3 && bytes.Contains(sealed.Fields[name], []byte(text)) {
				r.Fatalf("%q is sealed in plain", text)
			}
		}
		opened, err := v.Open(t.Context(), id, throughJSON(r, sealed))
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(want, reveal(opened)); diff != "" {
			r.Fatal(diff)
		}
	})
}

func throughJSON(r rapid.TB, s vault.Sealed) (back vault.Sealed) {
	text, err := json.Marshal(s)
	if err != nil {
		r.Fatal(err)
	}
	if err := json.Unmarshal(text, &back); err != nil {
		r.Fatal(err)
	}
	return back
}

func TestVault_seals_the_same_secret_differently_each_time(t *testing.T) {
	t.Parallel()
	v := vault.New(newKey(t))
	a, b := seal(t, v), seal(t, v)
	if bytes.Equal(a.WrappedKey, b.WrappedKey) || bytes.Equal(a.Fields["api_key"], b.Fields["api_key"]) {
		t.Error("two seals of one secret look the same")
	}
}

// copied returns s with bytes of its own.
func copied(s vault.Sealed) vault.Sealed {
	s.WrappedKey, s.Fields = bytes.Clone(s.WrappedKey), maps.Clone(s.Fields)
	for name, b := range s.Fields {
		s.Fields[name] = bytes.Clone(b)
	}
	return s
}

func TestVault_refuses_a_sealed_value_with_any_byte_changed(t *testing.T) {
	t.Parallel()
	v := vault.New(newKey(t))
	good := seal(t, v)
	check := func(part string, change func(s *vault.Sealed)) {
		t.Helper()
		bad := copied(good)
		change(&bad)
		fields, err := v.Open(t.Context(), "c1", bad)
		if err == nil || fields != nil || fault.KindOf(err) != fault.Internal || fault.HintOf(err) == "" {
			t.Errorf("%s: opened %d fields, %v", part, len(fields), err)
		}
	}
	for i := range good.WrappedKey {
		check("wrapped key", func(s *vault.Sealed) { s.WrappedKey[i] ^= 1 })
		check("wrapped key cut", func(s *vault.Sealed) { s.WrappedKey = s.WrappedKey[:i] })
	}
	for i := range good.Fields["api_key"] {
		check("field", func(s *vault.Sealed) { s.Fields["api_key"][i] ^= 0x80 })
		check("field cut", func(s *vault.Sealed) { s.Fields["api_key"] = s.Fields["api_key"][i+1:] })
	}
	check("version", func(s *vault.Sealed) { s.Version++ })
	check("field taken away", func(s *vault.Sealed) { delete(s.Fields, "api_key") })
	check("all fields taken away", func(s *vault.Sealed) { s.Fields = nil })
	check("field added", func(s *vault.Sealed) { s.Fields["more"] = s.Fields["api_key"] })
	check("field renamed", func(s *vault.Sealed) {
		s.Fields["apikey"] = s.Fields["api_key"]
		delete(s.Fields, "api_key")
	})
	check("fields swapped", func(s *vault.Sealed) {
		s.Fields["api_key"], s.Fields["webhook_key"] = s.Fields["webhook_key"], s.Fields["api_key"]
	})
	check("field of another seal", func(s *vault.Sealed) { s.Fields["api_key"] = seal(t, v).Fields["api_key"] })
	check("data key of another seal", func(s *vault.Sealed) { s.WrappedKey = seal(t, v).WrappedKey })
	if _, err := v.Open(t.Context(), "c2", good); fault.KindOf(err) != fault.Internal || err == nil {
		t.Errorf("opened as another credential's: %v", err)
	}
	if _, err := v.Open(t.Context(), "c1", good); err != nil {
		t.Errorf("the value itself: %v", err)
	}
}

func TestVault_says_so_when_the_key_is_another_one(t *testing.T) {
	t.Parallel()
	ours, theirs := newKey(t), newKey(t)
	sealed := seal(t, vault.New(ours))
	_, err := vault.New(theirs).Open(t.Context(), "c1", sealed)
	if fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" || err.Error() != "the vault key does not match: the secret was sealed with key \""+
		ours.ID()+"\", the key in use is \""+theirs.ID()+"\"" {
		t.Errorf("%v: %v", fault.KindOf(err), err)
	}
	sealed.KeyID = theirs.ID() // somebody who only changes the name gets no further
	if _, err := vault.New(theirs).Open(t.Context(), "c1", sealed); fault.KindOf(err) != fault.Internal || err == nil {
		t.Errorf("opened with another key: %v", err)
	}
}

func TestVault_Rewrap_moves_a_value_to_another_key(t *testing.T) {
	t.Parallel()
	before, after := newKey(t), newKey(t)
	sealed := seal(t, vault.New(before))
	moved, err := vault.New(before).Rewrap(t.Context(), "c1", sealed, after)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := vault.New(after).Open(t.Context(), "c1", moved)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"api_key": plain, "webhook_key": "another"}, reveal(opened)); diff != "" {
		t.Error(diff)
	}
	if _, err := vault.New(before).Open(t.Context(), "c1", moved); fault.KindOf(err) != fault.Invalid {
		t.Errorf("the old key still opens it: %v", err)
	}
	again, err := vault.New(before).Rewrap(t.Context(), "c1", moved, after)
	if diff := cmp.Diff(moved, again); err != nil || diff != "" {
		t.Errorf("moving it twice: %v, %s", err, diff)
	}
	if _, err := vault.New(before).Rewrap(t.Context(), "c2", sealed, after); fault.KindOf(err) != fault.Internal || err == nil {
		t.Errorf("moved as another credential's: %v", err)
	}
}

func TestVault_stops_when_it_is_canceled(t *testing.T) {
	t.Parallel()
	v := vault.New(newKey(t))
	sealed := seal(t, v)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Seal(ctx, "c1", 1, nil); fault.KindOf(err) != fault.Canceled {
		t.Errorf("seal: %v", err)
	}
	if _, err := v.Open(ctx, "c1", sealed); fault.KindOf(err) != fault.Canceled {
		t.Errorf("open: %v", err)
	}
}
