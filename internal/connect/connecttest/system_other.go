//go:build !linux

package connecttest

import (
	"os"
	"testing"
)

// AsOneWhoMayNot runs do as a user whom the modes of files hold back; see Linux.
func AsOneWhoMayNot(t testing.TB, do func()) {
	t.Helper()
	if os.Geteuid() <= 0 {
		t.Skip("needs a user whom the modes of files hold back")
	}
	do()
}
