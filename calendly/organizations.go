package calendly

import (
	"context"
	"encoding/json"
	"time"
)

// Organization is an account that users belong to.
type Organization struct {
	URI       URI               `json:"uri"`
	Kind      *OrganizationKind `json:"kind"`
	Name      *string           `json:"name"`
	Plan      Plan              `json:"plan"`
	Stage     Stage             `json:"stage"`
	CreatedAt time.Time         `json:"created_at"`
	UpdatedAt time.Time         `json:"updated_at"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// OrganizationKind is whether an organization is for one user or for several.
type OrganizationKind string

// The kinds of Calendly's API reference.
const (
	OrganizationSingle   OrganizationKind = "single"
	OrganizationMultiple OrganizationKind = "multiple"
)

// Plan is what an organization has bought; of these, standard, teams and
// enterprise are sold today.
type Plan string

// The plans of Calendly's API reference.
const (
	PlanBasic        Plan = "basic"
	PlanEssentials   Plan = "essentials"
	PlanStandard     Plan = "standard"
	PlanProfessional Plan = "professional"
	PlanTeams        Plan = "teams"
	PlanEnterprise   Plan = "enterprise"
)

// Stage is whether a plan is paid for.
type Stage string

// The stages of Calendly's API reference.
const (
	StageTrial Stage = "trial"
	StageFree  Stage = "free"
	StagePaid  Stage = "paid"
)

// OrganizationsService reads organizations. There is no list of them; that of
// a token is CurrentOrganization of UsersService.Me.
type OrganizationsService struct{ client *Client }

// Get returns an organization of the caller's. It needs the scope
// organizations:read.
//
// API: GET /organizations/{uuid}
func (s *OrganizationsService) Get(ctx context.Context, organization URI) (*Organization, error) {
	return getRecord[Organization](ctx, s.client, "/organizations/{organization}", organization)
}
