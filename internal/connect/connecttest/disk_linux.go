package connecttest

import (
	"syscall"
	"testing"
)

// SmallDisk returns a folder on a file system of so many bytes of its own, and
// a function that changes its size. Where none can be mounted the test is skipped.
func SmallDisk(t testing.TB, size string) (folder string, resize func(size string)) {
	t.Helper()
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
