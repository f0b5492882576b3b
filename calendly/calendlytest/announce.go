package calendlytest

func (c *call) announceType(name string, i int) {}

func (c *call) announceInvitee(name string, v visit) {}

func (c *call) announceContact(name string, j int) {}

func (c *call) announceRecap(name string, i int) {}
