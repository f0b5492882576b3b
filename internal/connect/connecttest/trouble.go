package connecttest

import (
	"strings"
	"sync"
	"testing"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Refused fails the test unless err is a fault of that kind with a hint, whose
// message and hint have the parts and which tells no value of a load.
func Refused(t testing.TB, doing string, err error, kind fault.Kind, parts ...string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || fault.HintOf(err) == "" {
		t.Fatalf("%s: %s: %v (%s)", doing, fault.KindOf(err), err, fault.HintOf(err))
	}
	for _, p := range parts {
		if !strings.Contains(err.Error()+" "+fault.HintOf(err), p) {
			t.Errorf("%s: %v (%s) does not say %q", doing, err, fault.HintOf(err), p)
		}
	}
	if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "batch 0") {
		t.Errorf("%s: the error has several lines, or tells a value: %v", doing, err)
	}
}

// Completes fails the test unless batch n of a load and those before it are
// there once it is written.
func Completes(t testing.TB, p Place, d connect.Destination, n int) {
	t.Helper()
	must(t, "preparing", PrepareLoad(t.Context(), d))
	must(t, "the next write", WriteLoad(t.Context(), d, n, func() {}))
	if got := Loaded(t, p); got != n+1 {
		t.Fatalf("%d batches are there after number %d", got, n)
	}
}

// UntilFull writes batches of a load until there is no room and returns how many
// were committed, which is at least one.
func UntilFull(t testing.TB, d connect.Destination) (landed int) {
	t.Helper()
	must(t, "preparing", PrepareLoad(t.Context(), d))
	for {
		err := WriteLoad(t.Context(), d, landed, func() {})
		if err == nil {
			landed++
			continue
		}
		Refused(t, "writing", err, fault.Unavailable, "full")
		if strings.Contains(err.Error(), "rolling back") {
			t.Fatal(err)
		}
		if landed == 0 {
			t.Fatal("full before the first batch: this tests nothing")
		}
		return landed
	}
}

// TestPreparing has many destinations of one place prepare the streams of a load
// at once: each stream is made by one of them, and none fails.
func TestPreparing(t *testing.T, open func() connect.Destination) {
	t.Helper()
	const many = 8
	var wg sync.WaitGroup
	var made [many]int
	var errs [many]error
	start := make(chan struct{})
	for i := range many {
		d := open()
		wg.Go(func() {
			<-start
			for _, s := range LoadStreams() {
				created, err := d.Prepare(t.Context(), s)
				if err != nil {
					errs[i] = err
				}
				if created {
					made[i]++
				}
			}
		})
	}
	close(start)
	wg.Wait()
	total := 0
	for i := range many {
		total += made[i]
		if errs[i] != nil {
			t.Error(errs[i])
		}
	}
	if total != len(LoadStreams()) {
		t.Errorf("%d streams were made by %d", total, many)
	}
}
