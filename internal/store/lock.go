package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/kalends/kalends/internal/fault"
)

// lockMode is the mode of files in the folder of locks.
const lockMode = 0o600

// LockFlow gives the caller the flow for itself until release is called or the
// process ends, however it ends. If this or another process has it, LockFlow
// returns fault.Conflict at once and says who has it and since when. release
// may be called more than once.
func (s *Store) LockFlow(ctx context.Context, flowID string) (release func() error, err error) {
	if err := ctx.Err(); err != nil {
		return nil, s.fault(ctx, "locking the flow", err)
	}
	sum := sha256.Sum256([]byte(flowID)) // an ID may hold what a file name may not
	base := filepath.Join(s.locks, hex.EncodeToString(sum[:16]))
	lock := flock.New(base+".lock", flock.SetPermissions(lockMode))
	ok, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, s.place(err)
	case !ok:
		return nil, fault.New(fault.Conflict, "this flow is running already%s", holder(base)).
			WithHint("wait until it has ended, or stop it")
	}
	if err := hold(base); err != nil {
		return nil, errors.Join(s.place(err), lock.Unlock())
	}
	return sync.OnceValue(func() error { return free(base, lock) }), nil
}

// free removes the holder first: after Unlock it may be the next one's.
func free(base string, lock *flock.Flock) error {
	err := os.Remove(base + ".holder")
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err := errors.Join(err, lock.Unlock()); err != nil {
		return fault.New(fault.Internal, "unlocking the flow: %w", err)
	}
	return nil
}

// hold writes who has the lock. It is a file beside the lock because on
// Windows nobody else can read a locked one.
func hold(base string) error {
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	return os.WriteFile(base+".holder", fmt.Appendf(nil, "process %d on %s", os.Getpid(), host), lockMode)
}

// holder says who has the lock and since when, as far as can be told: the
// holder may be just about to write or remove it.
func holder(base string) string {
	who, err := os.ReadFile(base + ".holder")
	if err != nil || len(who) == 0 {
		return ""
	}
	info, err := os.Stat(base + ".holder")
	if err != nil {
		return ""
	}
	return fmt.Sprintf(": %s, since %s", strings.TrimSpace(string(who)), info.ModTime().UTC().Format(time.RFC3339))
}
