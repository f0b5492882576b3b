package intake

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/bucket/buckettest"
)

func TestFind_patterns_match_like_those_of_local_files(t *testing.T) {
	t.Parallel()
	folder, store := t.TempDir(), buckettest.New(t, nil)
	for _, name := range []string{"a.csv", "b.csv", ".c.csv", "x[1].csv", "d/a.csv", "d/e/a.csv", "d/e/b.jsonl", "f/a.csv", "f/é.csv", "fg/h.csv"} {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
		store.Put(t, "top/"+name, name)
	}
	store.Put(t, "top/f/", "") // what some programs make to show a folder
	at, err := shelfOf("s3://bucket/top", inBucket(store.URL, ""))(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{
		"*.csv", "*/*.csv", "d/*/*.csv", "*/e/*", "?/a.csv", "[df]/a.csv", "[!d]/*", "*", "f/?.csv", "f*/*", "x[1].csv", `x\[1\].csv`, "a.csv", "none", "none/*", "[", "d", "d/e", "*/",
	} {
		local, localFolder, err := machine{}.find(t.Context(), filepath.Join(folder, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, name := range local {
			if info, err := os.Stat(name); err != nil || info.IsDir() {
				continue // there are no folders in a bucket
			}
			want = append(want, "s3://bucket/top"+filepath.ToSlash(strings.TrimPrefix(name, folder)))
		}
		got, isFolder, err := at.find(t.Context(), strings.TrimSuffix("s3://bucket/top/"+pattern, "/"))
		if d := cmp.Diff(want, got); d != "" || err != nil || isFolder != localFolder {
			t.Errorf("%s: a folder is %v, want %v, %v: %s", pattern, isFolder, localFolder, err, d)
		}
	}
}
