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

// SmallDisk returns a folder on a file system of so many bytes of its own, and
// a function that changes its size.
func SmallDisk(t testing.TB, size string) (folder string, resize func(size string)) {
	t.Helper()
	folder = t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small disk needs the right to mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(folder, 0); err != nil { // something in it is still open
			t.Error(err, syscall.Unmount(folder, syscall.MNT_DETACH))
		}
	})
	return folder, func(size string) {
		if err := syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT, "size="+size); err != nil {
			t.Fatal(err)
		}
	}
}
