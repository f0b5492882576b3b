package files

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

// victim opens a place by its address, in a process that is killed.
func victim(ctx context.Context, place string) (connect.Destination, error) {
	values, err := address(place)
	if err != nil {
		return nil, err
	}
	return open(ctx, connect.Settings{Values: values})
}

func TestKill_leaves_whole_batches(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"format=jsonl", "format=parquet&partition=start:month", "format=parquet&layout=log", "format=csv"} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			place := at{filepath.Join(inMemory(t), "copy"), query}
			connecttest.TestKill(t, place, place.folder+"?"+query, func() { place.published(t) })
			clean(t, place.folder)
		})
	}
}

// published makes readers find what was committed to a log right before a
// crash, as the next run does.
func (a at) published(t *testing.T) {
	t.Helper()
	if !strings.Contains(a.query, logs) {
		return
	}
	if err := a.Open(t).Close(); err != nil {
		t.Fatal(err)
	}
}

// clean fails the test if something in the folder is neither a file for
// readers nor needed.
func clean(t *testing.T, folder string) {
	t.Helper()
	m, err := loadManifest(t.Context(), anyStore(folder))
	if err != nil || m == nil {
		t.Fatalf("the manifest: %v", err)
	}
	names, err := anyStore(folder).List(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !m.named()[name] {
			t.Errorf("%s is left", name)
		}
	}
}

func anyStore(folderName string) store { return folder{path: folderName} }

func TestWrite_says_when_the_disk_is_full_and_goes_on_when_it_is_not(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"format=jsonl", "format=csv&layout=log"} {
		disk, resize := connecttest.SmallDisk(t, "8m", false)
		place := at{filepath.Join(disk, "copy"), query}
		d := place.Open(t)
		landed := connecttest.UntilFull(t, d)
		if err := d.Close(); err != nil {
			connecttest.Refused(t, "Close", err, fault.Unavailable, "full")
		}
		place.published(t)
		if got := connecttest.Loaded(t, place); got != landed {
			t.Fatalf("%d batches are there, %d were committed", got, landed)
		}
		resize("64m")
		d = place.Open(t)
		if err := errors.Join(connecttest.PrepareLoad(t.Context(), d), connecttest.WriteLoad(t.Context(), d, landed, func() {}), d.Close()); err != nil {
			t.Fatalf("after room was made: %v", err)
		}
		clean(t, place.folder)
		if got := connecttest.Loaded(t, place); got != landed+1 {
			t.Errorf("%d batches are there, %d were committed", got, landed+1)
		}
	}
}
