package calendlytest

// organizationBody is the wire form of an organization.
type organizationBody struct {
	URI       string `json:"uri"`
	Name      string `json:"name"`
	Kind      string `json:"kind"`
	Plan      string `json:"plan"`
	Stage     string `json:"stage"`
	CreatedAt string `json:"created_at"`
	UpdatedAt string `json:"updated_at"`
}

func getOrganization(c *call) (any, error) {
	if _, err := c.mine(c.path[0], kindOrganization, strangerOrganization); err != nil {
		return nil, err
	}
	w := c.world
	b := organizationBody{
		URI: w.uri(kindOrganization, 0), Name: w.name, Kind: "multiple", Stage: "paid",
		CreatedAt: stamp(w.members[ownerIndex].created), UpdatedAt: stampSeconds(w.now - 3*day),
	}
	switch w.plan {
	case planFree:
		b.Plan, b.Stage, b.Kind = "basic", "free", "single"
	case planStandard:
		b.Plan = "standard"
	case planTeams:
		b.Plan = "teams"
	case planEnterprise:
		b.Plan = "enterprise"
	}
	if w.trial {
		b.Stage = "trial"
	}
	return resource[organizationBody]{b}, nil
}
