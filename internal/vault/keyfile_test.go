package vault_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

// createKey names the environment variable that makes the test binary create
// the key file it names, print its ID and end.
const createKey = "VAULT_TEST_CREATE_KEY"

func TestMain(m *testing.M) {
	path, asked := os.LookupEnv(createKey)
	if !asked {
		os.Exit(m.Run())
	}
	w, err := vault.CreateKeyFile(path)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(w.ID())
}

func TestCreateKeyFile_makes_a_file_for_its_owner_only(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "home", "keys")
	path := filepath.Join(folder, "vault.key")
	made, err := vault.CreateKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := vault.OpenKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if made.ID() != opened.ID() || made.ID() == newKey(t).ID() {
		t.Errorf("IDs %q, %q", made.ID(), opened.ID())
	}
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{path: 0o600, folder: 0o700 | os.ModeDir, filepath.Dir(folder): 0o700 | os.ModeDir} {
			info, err := os.Stat(path)
			if err != nil || info.Mode() != want {
				t.Errorf("%s: %v, %v; want %v", path, info.Mode(), err, want)
			}
		}
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}

func TestCreateKeyFile_by_many_at_once_gives_all_the_same_key(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vault.key")
	const processes, inEach = 4, 4
	ids := make([]string, processes+inEach)
	var all sync.WaitGroup
	for i := range processes {
		all.Go(func() {
			c := exec.CommandContext(t.Context(), os.Args[0])
			c.Env = append(os.Environ(), createKey+"="+path)
			out, err := c.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %s", err, out)
			}
			ids[i] = strings.TrimSpace(string(out))
		})
	}
	for i := range inEach {
		all.Go(func() {
			w, err := vault.CreateKeyFile(path)
			if err != nil {
				t.Error(err)
				return
			}
			ids[processes+i] = w.ID()
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] || id == "" {
			t.Fatalf("different keys: %q", ids)
		}
	}
}

func TestCreateKeyFile_never_replaces_what_is_there(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vault.key")
	if err := os.WriteFile(path, []byte("my notes"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.CreateKeyFile(path); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "my notes" {
		t.Errorf("the file is %q, %v", text, err)
	}
}

func TestCreateKeyFile_says_when_it_cannot_write(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := vault.CreateKeyFile(filepath.Join(file, "vault.key"))
	if fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" {
		t.Errorf("got %v", err)
	}
}

func TestOpenKeyFile_without_a_file_is_not_found(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vault.key")
	w, err := vault.OpenKeyFile(path)
	if w != nil || fault.KindOf(err) != fault.NotFound || fault.HintOf(err) == "" || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, %v", w, err)
	}
}

func TestOpenKeyFile_refuses_a_key_that_others_may_read(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	path := filepath.Join(t.TempDir(), "it's the key")
	if _, err := vault.CreateKeyFile(path); err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o644, 0o620, 0o602, 0o610, 0o601, 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := vault.OpenKeyFile(path)
		if fault.KindOf(err) != fault.Invalid || !strings.HasPrefix(fault.HintOf(err), "run: chmod 600 ") {
			t.Errorf("mode %o: %v (%s)", mode, err, fault.HintOf(err))
		}
		fix := exec.CommandContext(t.Context(), "sh", "-c", strings.TrimPrefix(fault.HintOf(err), "run: "))
		if out, err := fix.CombinedOutput(); err != nil {
			t.Fatalf("the hint does not work: %v: %s", err, out)
		}
		if _, err := vault.OpenKeyFile(path); err != nil {
			t.Errorf("after doing what the hint says: %v", err)
		}
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.OpenKeyFile(path); err != nil {
		t.Errorf("a key its owner may only read: %v", err)
	}
}

func TestOpenKeyFile_refuses_what_is_not_a_key(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	good := filepath.Join(folder, "good")
	if _, err := vault.CreateKeyFile(good); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	header, key, _ := strings.Cut(string(text), "\n")
	short := base64.StdEncoding.EncodeToString(make([]byte, 31))
	path := filepath.Join(folder, "key")
	for name, text := range map[string]string{
		"empty": "", "header only": header, "header and newline": header + "\n", "key only": key,
		"another format": "kalends vault key 2\n" + key, "short key": header + "\n" + short,
		"cut": string(text[:len(text)-6]), "twice": header + "\n" + key + key, "not base64": header + "\n" + strings.Repeat("!", 44),
		"binary": "\x00\xff\xfe", "long": header + "\n" + key + strings.Repeat("\n", 4096),
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := vault.OpenKeyFile(path)
		if fault.KindOf(err) != fault.Invalid || fault.HintOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(fmt.Sprintf("%+v", err), key[:20]) {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
	if _, err := vault.OpenKeyFile(folder); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a folder: %v", err)
	}
	windows := bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")) // copied by an editor
	if err := os.WriteFile(path, windows, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.OpenKeyFile(path); err != nil {
		t.Errorf("a key with other line ends: %v", err)
	}
}

func TestKeyFile_ID_does_not_reveal_the_key(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "vault.key")
	w, err := vault.CreateKeyFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key, err := base64.StdEncoding.DecodeString(strings.Split(string(text), "\n")[1])
	if err != nil {
		t.Fatal(err)
	}
	if len(w.ID()) != 16 || strings.Contains(fmt.Sprintf("%x", key), w.ID()) {
		t.Errorf("ID %q of key file %s", w.ID(), path)
	}
	if out := fmt.Sprintf("%v %+v %#v", w, w, w); strings.Contains(out, string(key)) || strings.Contains(out, strings.Trim(fmt.Sprint(key), "[]")) {
		t.Error("printing the wrapper shows the key")
	}
}
