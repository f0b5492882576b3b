package calendlytest

import "time"

const (
	second = int64(1)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
	micros = int64(1_000_000) // microseconds per second
)

// stamp writes microseconds since 1970 as Calendly does: UTC, six digits, Z.
func stamp(us int64) string {
	return time.UnixMicro(us).UTC().Format("2006-01-02T15:04:05.000000Z")
}

// stampSeconds writes whole seconds since 1970; they still carry six digits.
func stampSeconds(s int64) string { return stamp(s * micros) }

// stampOrNull is null for 0.
func stampOrNull(us int64) *string {
	if us == 0 {
		return nil
	}
	return new(stamp(us))
}
