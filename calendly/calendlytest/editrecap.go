package calendlytest

// recapEdit is what was written about a recap.
type recapEdit struct {
	texts   recapTexts
	updated int64
	gone    bool
}

func updateRecap(c *call) (change, error) {
	in := c.input()
	in.only("summary_md", "action_items_md", "discussion_md")
	for _, name := range []string{"summary_md", "action_items_md", "discussion_md"} {
		in.text(name, 0)
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	i, err := c.visibleRecap()
	if err != nil {
		return nil, err
	}
	return func() any {
		w := c.world
		b := w.recapBody(i)
		texts := *w.recapTexts(i, b.Status)
		for name, to := range map[string]**string{
			"summary_md": &texts.SummaryMD, "action_items_md": &texts.ActionItemsMD, "discussion_md": &texts.DiscussionMD,
		} {
			if in.given(name) {
				*to = nil
				if s := in.text(name, 0); in.has(name) {
					*to = &s
				}
			}
		}
		put(&w.recaps, i, &recapEdit{texts: texts, updated: c.now})
		c.announceRecap("meeting_recap.updated", i)
		b = w.recapBody(i)
		b.recapTexts = &texts
		return resource[recapBody]{b}
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
