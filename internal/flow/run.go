// Package flow holds the nouns of moving data: what is moved where, and what
// came of it.
package flow

import "time"

// Status says how a run, or one stream of it, stands.
type Status string

// A run is Running until it is one of Succeeded, Failed or Canceled. A stream
// may also be Pending before its turn, and Skipped where the credential may
// not read it.
const (
	Pending   Status = "pending"
	Running   Status = "running"
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
	Canceled  Status = "canceled"
	Skipped   Status = "skipped"
)

// Ended reports whether s is final.
func (s Status) Ended() bool { return s != Pending && s != Running }

// Run is one execution of a flow. Its JSON is what `kalends sync --json` prints.
type Run struct {
	ID          string    `json:"run_id"`
	Flow        string    `json:"flow"`
	Status      Status    `json:"status"`
	Resumed     bool      `json:"resumed"`
	Started     time.Time `json:"started_at"`
	Requests    int       `json:"requests"`
	RateLimited int       `json:"rate_limited"`
	Records     int       `json:"records"`
	Seconds     float64   `json:"seconds"`
	// Limit and Left are the calls a minute the source allows and those left in
	// this minute, Budget how many percent of Limit may be used; Limit 0:
	// unknown. They are not kept.
	Limit   int      `json:"limit,omitempty"`
	Left    int      `json:"left,omitempty"`
	Budget  int      `json:"budget_percent,omitempty"`
	Streams []Stream `json:"streams"`
	Error   *Error   `json:"error,omitempty"`
}

// Stream is what one stream of a run came to.
type Stream struct {
	Name    string `json:"stream"`
	Status  Status `json:"status"`
	Reason  string `json:"reason"`  // why skipped, failed or restricted
	Records int    `json:"records"` // rows committed in this run
	// Quarantined counts the rows that were refused in this run.
	Quarantined int     `json:"quarantined"`
	Requests    int     `json:"requests"`
	Seconds     float64 `json:"seconds"`
}

// Snapshot is a run at one moment.
type Snapshot struct {
	Run Run
	// Shares is how much of each of Run.Streams is read, 0 to 1; 0 if unknown.
	Shares []float64
}

// Error is a failure as it is kept and printed.
type Error struct {
	Kind    string `json:"kind"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Field   string `json:"field,omitempty"`
}

// Flow names what is moved: the streams of a source into a destination. Two
// flows with equal ID share checkpoints and do not run at the same time.
type Flow struct {
	ID         string
	From       string // the name of the source's credential
	Credential string // its ID, which never changes
	To         string // the destination's address, without secrets
}
