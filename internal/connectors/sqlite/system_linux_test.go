package sqlite

import (
	"os"
	"runtime"
	"syscall"
	"testing"
)

// asOneWhoMayNot runs do as a user whom the modes of files hold back. Root is
// not, so for root it runs as nobody: the kernel checks files by the thread's
// own file system user.
func asOneWhoMayNot(t *testing.T, do func()) {
	t.Helper()
	if os.Geteuid() == 0 {
		const nobody = 65534
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := syscall.Setfsuid(nobody); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := syscall.Setfsuid(0); err != nil {
				t.Error(err)
			}
		}()
	}
	do()
}
