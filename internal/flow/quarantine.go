package flow

import (
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// Quarantined is a row that could not be written and is kept.
type Quarantined struct {
	ID          int64 // by which people name it; never another's
	Flow        string
	Stream, Key string // one is kept of each in a flow
	Run         string // the last that could not write it
	At          time.Time
	Kind        string // of the error
	Message     string
	// Record is the row as it would have been written and Table the stream that
	// it is a record of; where Mapped is false, both are the source's.
	Record connect.Record
	Table  connect.Stream
	Mapped bool
	// Mapping is the fingerprint of the mapping.
	Mapping string
	// History says that every version is kept, too.
	History bool
	// From and To are the ends of the flow.
	From, To string
}

// Which chooses quarantined rows: those of a flow, of a stream and of some IDs;
// what is empty is not looked at.
type Which struct {
	Flow string
	// From and To name a flow as in a sync: both or none of them.
	From, To string
	Stream   string
	IDs      []int64
}
