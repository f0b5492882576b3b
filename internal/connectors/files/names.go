package files

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// mostName is how long a name of a folder gets; file systems allow 255 bytes.
const mostName = 150

// safe writes a name so that it is one folder on every system: letters,
// digits, ".", "-" and "_" as they are, everything else, and what would have a
// meaning at the beginning, as % and the byte. A name that is too long is cut
// and told apart by a hash.
func safe(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', i > 0 && (c == '_' || c == '-'),
			c == '.' && i > 0 && i < len(name)-1:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	text := b.String()
	if len(text) > mostName {
		sum := sha256.Sum256([]byte(name))
		text = text[:mostName] + "-" + hex.EncodeToString(sum[:8])
	}
	base, _, _ := strings.Cut(strings.ToLower(text), ".")
	if slices.Contains(devices(), base) {
		text = fmt.Sprintf("%%%02X%s", text[0], text[1:])
	}
	return text
}

// devices are names that Windows keeps for itself, with any extension.
func devices() []string {
	names := []string{"con", "prn", "aux", "nul"}
	for i := '1'; i <= '9'; i++ {
		names = append(names, "com"+string(i), "lpt"+string(i))
	}
	return names
}
