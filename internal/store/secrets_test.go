package store_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/kalends/kalends/internal/store"
	"github.com/kalends/kalends/internal/vault"
)

// files returns the content of every file under folder, by its name.
func files(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		found[path], err = os.ReadFile(filepath.Join(folder, path))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// wantNowhere fails the test if a file under folder has text in it, plain or
// encoded.
func wantNowhere(t *testing.T, folder, text string, but ...string) {
	t.Helper()
	for name, content := range files(t, folder) {
		for _, form := range []string{text, base64.StdEncoding.EncodeToString([]byte(text))[:len(text)], hex.EncodeToString([]byte(text))} {
			if bytes.Contains(content, []byte(form)) && !slices.Contains(but, name) {
				t.Errorf("%s holds %q", name, form)
			}
		}
	}
}

func TestStore_files_hold_only_ciphertext(t *testing.T) {
	t.Parallel()
	const token, rotated = "eyJraWQiOiJzZWNyZXQtb25l", "c0nfidential-t0ken-number-two"
	home := t.TempDir()
	key, err := vault.CreateKeyFile(filepath.Join(home, "vault.key"))
	if err != nil {
		t.Fatal(err)
	}
	v := vault.New(key)
	s, err := store.Open(t.Context(), filepath.Join(home, "kalends.db"))
	if err != nil {
		t.Fatal(err)
	}
	seal := func(version int, text string) store.Credential {
		c := acme()
		c.Revision = version - 1
		c.Sealed, err = v.Seal(t.Context(), c.ID, version, map[string]vault.Secret{"api_key": vault.NewSecret(text)})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	if err := s.CreateCredential(t.Context(), seal(1, token)); err != nil {
		t.Fatal(err)
	}
	if err := s.UpdateCredential(t.Context(), seal(2, rotated)); err != nil {
		t.Fatal(err)
	}
	saved := must(s.Credential(t.Context(), "acme"))(t)
	opened, err := v.Open(t.Context(), saved.ID, saved.Sealed)
	if err != nil || opened["api_key"].Reveal() != rotated {
		t.Fatalf("it does not open again: %v", err)
	}
	lines := bytes.Split(files(t, home)["vault.key"], []byte("\n"))
	encodedKey := string(lines[1])
	rawKey := must(base64.StdEncoding.DecodeString(encodedKey))(t)

	check := func() {
		t.Helper()
		for _, text := range []string{token, rotated, string(rawKey)} {
			wantNowhere(t, home, text, "vault.key")
		}
		wantNowhere(t, home, encodedKey, "vault.key")
		wantNowhere(t, home, token)
		wantNowhere(t, home, rotated)
	}
	if len(files(t, home)["kalends.db-wal"]) == 0 {
		t.Error("there is no log to search")
	}
	check()
	if err := s.Close(); err != nil { // moves the log into the file
		t.Fatal(err)
	}
	if !bytes.Contains(files(t, home)["kalends.db"], []byte("for reports")) {
		t.Error("the search does not find what is plain either")
	}
	check()
}
