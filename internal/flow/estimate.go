package flow

// Estimate is what runs of a flow are likely to take. Its JSON is what
// `kalends estimate --json` prints.
type Estimate struct {
	From string `json:"from"`
	To   string `json:"to"` // empty: any destination that is new
	// Copied says that the flow has run before: First is its next run.
	Copied bool `json:"copied"`
	// Limit is the calls a minute that the source allows; 0: it tells no limit,
	// and runs take as long as the source takes to answer.
	Limit    int              `json:"limit"`
	Budget   float64          `json:"budget"` // the share of the limit that a run uses
	First    Effort           `json:"first"`
	Next     Effort           `json:"next"` // of the run after it, if nothing changes
	Streams  []StreamEstimate `json:"streams"`
	Requests int              `json:"requests"` // what estimating took
}

// Effort is what a run takes. Minutes are 0 without a limit.
type Effort struct {
	Cost

	MinutesAtLimit  float64 `json:"minutes_at_limit"`
	MinutesAtBudget float64 `json:"minutes_at_budget"`
}

// Cost is rows to write and calls to make.
type Cost struct {
	Records  int `json:"records"`
	Requests int `json:"requests"`
}

// StreamEstimate is what one stream of a flow is likely to take.
type StreamEstimate struct {
	Name    string `json:"stream"`
	Skipped bool   `json:"skipped"`
	Reason  string `json:"reason"`  // why skipped, or a restriction
	Sampled bool   `json:"sampled"` // inferred from a part of the records
	First   Cost   `json:"first"`
	Next    Cost   `json:"next"`
}
