package connecttest

import (
	"os"
	"runtime"
	"syscall"
	"testing"
)

// AsOneWhoMayNot runs do as a user whom the modes of files hold back. Root is
// not, so for root it runs as nobody: the kernel checks files by the thread's
// own file system user.
func AsOneWhoMayNot(t testing.TB, do func()) {
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
