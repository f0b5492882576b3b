//go:build !linux

package sqlite

import (
	"os"
	"testing"
)

func asOneWhoMayNot(t *testing.T, do func()) {
	t.Helper()
	if os.Geteuid() <= 0 {
		t.Skip("needs a user whom the modes of files hold back")
	}
	do()
}
