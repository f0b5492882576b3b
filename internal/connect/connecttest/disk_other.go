//go:build !linux

package connecttest

import "testing"

// SmallDisk skips the test: it needs Linux to mount one.
func SmallDisk(t testing.TB, _ string, _ bool) (folder string, resize func(size string)) {
	t.Helper()
	t.Skip("needs Linux to mount a small disk")
	return "", nil
}
