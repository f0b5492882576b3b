package flow

// Verdict says what an audit found of a stream.
type Verdict string

// The verdicts. Unchecked is a stream that could not be read.
const (
	Equal     Verdict = "equal"
	Differs   Verdict = "differs"
	Repaired  Verdict = "repaired"
	Unchecked Verdict = "unchecked"
)

// Audit is what an audit found of one stream. Its JSON is what `kalends verify
// --json` prints.
type Audit struct {
	Name      string    `json:"stream"`
	Status    Verdict   `json:"status"`
	Missing   int       `json:"missing"`   // the source has it, the destination does not
	Stale     int       `json:"stale"`     // both have it, but not alike
	Extra     int       `json:"extra"`     // the source does not have it any more
	Equal     int       `json:"equal"`     // both have it alike
	Unchecked int       `json:"unchecked"` // rows of which nothing can be said
	Reason    string    `json:"reason"`    // why not all is checked
	Examples  []Example `json:"examples,omitempty"`
	Requests  int       `json:"requests"`
	Seconds   float64   `json:"seconds"`
}

// Example names a record that is not as it should be.
type Example struct {
	Key     string `json:"key"`
	Problem string `json:"problem"` // missing, stale or extra
}

// Proof is what came of auditing a flow.
type Proof struct {
	Flow     string  `json:"flow"`
	Equal    bool    `json:"equal"` // all that was checked is, or was made so
	Sample   float64 `json:"sample"`
	Requests int     `json:"requests"`
	Seconds  float64 `json:"seconds"`
	Streams  []Audit `json:"streams"`
	Error    *Error  `json:"error,omitempty"`
}
