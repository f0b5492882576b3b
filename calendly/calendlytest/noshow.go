package calendlytest

// noShowBody is the wire form of a no-show.
type noShowBody struct {
	URI       string `json:"uri"`
	Invitee   string `json:"invitee"`
	CreatedAt string `json:"created_at"`
}

func getNoShow(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindNoShow, noShowNeedsEvent)
	if err != nil {
		return nil, err
	}
	if !c.seesEvent(r.index) {
		return nil, forbidden(noShowNeedsEvent)
	}
	w := c.world
	e := w.event(r.index)
	return resource[noShowBody]{noShowBody{
		URI: w.uriSub(kindNoShow, r.index, r.sub), Invitee: w.inviteeURI(r.index, r.sub),
		CreatedAt: stamp(w.noShowAt(&e, w.seat(&e, r.sub), r.sub)),
	}}, nil
}
