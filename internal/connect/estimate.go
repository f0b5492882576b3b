package connect

import "context"

// Estimator is a Source that can tell beforehand what reading costs.
type Estimator interface {
	// Estimate returns what the reading that r describes is likely to cost, and
	// the one after it if nothing changes until then: an Estimate for each stream
	// in r and, with calls only, for those that are read for their sake, in the
	// order of Streams. It makes few calls, of which Observe is told, and moves no
	// rows. The error is that of a call that failed, as Read would end with it.
	Estimate(ctx context.Context, r Reading) ([]Estimate, error)
	// Budget returns the share of the caller's limit, above 0 and at most 1, that
	// reading uses.
	Budget() float64
}

// Estimate is what a stream is likely to cost.
type Estimate struct {
	Stream  string
	Skipped string // why it will not be read, as Skip.Reason; empty: it will be
	Note    string // as Note.Text
	First   Cost   // of the reading that was asked about
	Next    Cost   // of the one after it
	// Sampled says that some of it is inferred from a part of the records.
	Sampled bool
}

// Cost is what a reading takes: rows to write and calls to make.
type Cost struct{ Records, Calls int }
