package calendly

import (
	"encoding/json"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// place is what a checkpoint says. A place made for another scope or start
// says nothing about this reading.
type place struct {
	Version int    `json:"v"`
	Scope   string `json:"scope"`           // URI of what was read: the organization or one's own user
	Start   string `json:"start,omitempty"` // the option
	// Last is the parent, in the order of URIs, up to which all is read.
	Last string `json:"last,omitempty"`
	// Until is the time before which all is read.
	Until time.Time `json:"until,omitzero"`
	// Passes are those over the group.
	Passes passes `json:"passes,omitzero"`
	// Size is how many records the list that leads the group had when it was
	// last read whole.
	Size int `json:"size,omitempty"`
}

const placeVersion = 1

// at returns the checkpoint for a place in this reading.
func (r *reading) at(p place) connect.Checkpoint {
	p.Version, p.Scope, p.Start, p.Passes, p.Size = placeVersion, r.from.Scope, r.from.Start, r.from.Passes, r.from.Size
	text, err := json.Marshal(p)
	if err != nil {
		return nil // a time of five-digit years: no progress is remembered
	}
	return text
}

// placeAfter reads a checkpoint; what it cannot use is the start.
func placeAfter(from connect.Checkpoint, scope, start string) place {
	var p place
	if json.Unmarshal(from, &p) == nil && p.Version == placeVersion && p.Scope == scope && p.Start == start {
		return p
	}
	return place{Scope: scope, Start: start}
}

// scopeOf returns the scope of a checkpoint; empty: none.
func scopeOf(from connect.Checkpoint) string {
	var p place
	if json.Unmarshal(from, &p) != nil {
		return ""
	}
	return p.Scope
}
