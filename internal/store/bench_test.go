package store_test

import (
	"encoding/binary"
	"path/filepath"
	"testing"

	"github.com/kalends/kalends/internal/store"
)

func BenchmarkSaveProgress(b *testing.B) {
	s := open(b, b.TempDir())
	p := store.Progress{Group: "scheduled_events", Checkpoint: make([]byte, 200), Fingerprint: "f", UpdatedAt: noon()}
	for n := uint64(0); b.Loop(); n++ {
		binary.BigEndian.PutUint64(p.Checkpoint, n) // SQLite writes only what changed
		if err := s.SaveProgress(b.Context(), "flow", p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen_again(b *testing.B) {
	home := b.TempDir()
	open(b, home)
	for b.Loop() {
		s, err := store.Open(b.Context(), filepath.Join(home, "kalends.db"))
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
