package connect

import (
	"fmt"
	"time"
)

// ParseStart reads the option that says from when on a source is read: a date,
// which begins at midnight UTC, or an RFC 3339 time. Empty is the zero time.
func ParseStart(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date", text)
}
