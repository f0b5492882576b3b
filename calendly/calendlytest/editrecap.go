package calendlytest

// recapEdit is what was written about a recap.
type recapEdit struct {
	texts      recapTexts
	transcript *string // nil: as drawn
	updated    int64
	made       int64 // when, for one that was not drawn
	gone       bool
}

// editTexts lays the fields of in over the texts of a recap; null clears one.
func (in *input) editTexts(texts *recapTexts) {
	for name, to := range map[string]**string{
		"summary_md": &texts.SummaryMD, "action_items_md": &texts.ActionItemsMD, "discussion_md": &texts.DiscussionMD,
	} {
		if s := in.text(name, 0); in.has(name) {
			*to = &s
		} else if in.given(name) {
			*to = nil
		}
	}
}

// wholeRecap returns the wire form of a single read.
func (w *world) wholeRecap(i int) any {
	b := w.recapBody(i)
	b.recapTexts = w.recapTexts(i, b.Status)
	return resource[recapBody]{b}
}

func updateRecap(c *call) (change, error) {
	in := c.input()
	in.only("summary_md", "action_items_md", "discussion_md")
	in.editTexts(&recapTexts{})
	if err := in.err(); err != nil {
		return nil, err
	}
	i, err := c.visibleRecap()
	if err != nil {
		return nil, err
	}
	return func() any {
		w := c.world
		edit := recapEdit{texts: *w.recapTexts(i, w.recapBody(i).Status)}
		if r := w.recaps[i]; r != nil {
			edit = *r
		}
		in.editTexts(&edit.texts)
		edit.updated = c.now
		put(&w.recaps, i, &edit)
		c.announceRecap("meeting_recap.updated", i)
		return w.wholeRecap(i)
	}, nil
}

func deleteRecap(c *call) (change, error) {
	i, err := c.visibleRecap()
	if err != nil {
		return nil, err
	}
	return func() any {
		c.announceRecap("meeting_recap.deleted", i)
		put(&c.world.recaps, i, &recapEdit{gone: true})
		return nil
	}, nil
}

// createRecap is what Calendly's notetaker does after a meeting it was at.
func createRecap(c *call) (change, error) {
	in := c.input()
	in.only("event", "summary_md", "action_items_md", "discussion_md", "transcript")
	of := in.required("event", kindEvent)
	in.editTexts(&recapTexts{})
	transcript := in.text("transcript", 0)
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(of, noAccess)
	if err != nil {
		return nil, err
	}
	w, i := c.world, r.index
	switch e := w.event(i); {
	case e.canceled > 0:
		in.refuse("event", saysCanceled)
	case e.end*micros > c.now:
		in.refuse("event", saysNotEnded)
	case w.recaps[i] != nil || w.hasRecap(i):
		in.refuse("event", saysRecorded)
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	return func() any {
		edit := recapEdit{texts: *w.drawnTexts(i, recapAvailable), made: c.now, updated: c.now}
		in.editTexts(&edit.texts)
		if in.has("transcript") {
			edit.transcript = &transcript
		}
		put(&w.recaps, i, &edit)
		w.log(c.now, -1, "Meeting_Recap", "Create", map[string]any{"meeting_recap": w.uri(kindRecap, i), "event": w.uri(kindEvent, i)})
		c.announceRecap("meeting_recap.created", i)
		return w.wholeRecap(i)
	}, nil
}
