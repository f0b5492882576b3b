//go:build !linux

package connecttest

import (
	"os"
	"testing"
)

// AsOneWhoMayNot runs do, or skips the test for a user whom nothing holds back.
func AsOneWhoMayNot(t testing.TB, do func()) {
	t.Helper()
	if os.Geteuid() <= 0 {
		t.Skip("needs a user whom the modes of files hold back")
	}
	do()
}
