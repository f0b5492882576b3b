package calendlytest

// noShowBody is the wire form of a no-show.
type noShowBody struct {
	URI       string `json:"uri"`
	Invitee   string `json:"invitee"`
	CreatedAt string `json:"created_at"`
}

// mark is a no-show that a write made.
type mark struct {
	of   visit
	gone bool
}

// madeFrom is the index of the first no-show that a write made. Those drawn
// have the index and the seat of the invitee.
const madeFrom = 1 << (indexBits - 1)

// marked returns the seat that a no-show is about.
func (w *world) marked(r ref) visit {
	if r.index >= madeFrom {
		return w.marks[r.index-madeFrom].of
	}
	return visit{r.index, r.sub}
}

func (w *world) hasNoShow(r ref) bool {
	if n := r.index - madeFrom; n >= 0 {
		return n < len(w.marks) && !w.marks[n].gone && w.hasEvent(w.marks[n].of.event)
	}
	return w.hasEvent(r.index) && r.sub < w.seats(r.index) && w.isNoShow(r.index, r.sub)
}

func getNoShow(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindNoShow, noShowNeedsEvent)
	if err != nil {
		return nil, err
	}
	of := c.world.marked(r)
	if !c.seesEvent(of.event) {
		return nil, forbidden(noShowNeedsEvent)
	}
	e := c.world.event(of.event)
	return resource[noShowBody]{noShowOf(c.world.inviteeBody(&e, of.seat))}, nil
}

// noShowOf returns the no-show of an invitee who has one.
func noShowOf(i inviteeBody) noShowBody {
	return noShowBody{URI: i.NoShow.URI, Invitee: i.URI, CreatedAt: i.NoShow.CreatedAt}
}
