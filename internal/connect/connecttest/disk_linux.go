package connecttest

import (
	"syscall"
	"testing"
)

// SmallDisk returns a folder on a file system of so many bytes of its own, and
// a function that changes its size. Where none can be mounted the test is
// skipped. When it ends nothing may be open in it, unless it is shared with a
// server, which closes files when it likes.
func SmallDisk(t testing.TB, size string, shared bool) (folder string, resize func(size string)) {
	t.Helper()
	folder = t.TempDir()
	if err := syscall.Mount("tmpfs", folder, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small disk needs the right to mount one: %v", err)
	}
	t.Cleanup(func() {
		flags := 0 // fails if something in it is still open
		if shared {
			flags = syscall.MNT_DETACH
		}
		if err := syscall.Unmount(folder, flags); err != nil {
			t.Error(err, syscall.Unmount(folder, syscall.MNT_DETACH))
		}
	})
	return folder, func(size string) {
		if err := syscall.Mount("tmpfs", folder, "tmpfs", syscall.MS_REMOUNT, "size="+size); err != nil {
			t.Fatal(err)
		}
	}
}
