package calendly

import (
	"context"
	"encoding/json"
	"iter"
)

// Team is a team page that owns shared event types; it is not a Group.
type Team struct {
	URI           URI    `json:"uri"`
	Name          string `json:"name"`
	Organization  URI    `json:"organization"`
	SchedulingURL string `json:"scheduling_url"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// TeamsService reads team pages.
type TeamsService struct{ client *Client }

// TeamOptions say which teams are listed.
type TeamOptions struct {
	User      URI    `query:"user"`
	Count     int    `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken string `query:"page_token"`
}

// List returns one page of teams. It needs the scope organizations:read.
//
// API: GET /teams
func (s *TeamsService) List(ctx context.Context, options TeamOptions) (*Page[Team], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *TeamsService) Pages(ctx context.Context, options TeamOptions) iter.Seq2[*Page[Team], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *TeamsService) All(ctx context.Context, options TeamOptions) iter.Seq2[Team, error] {
	return s.list(options).all(ctx)
}

func (s *TeamsService) list(options TeamOptions) list[Team] {
	return newList[Team](s.client, options, "/teams")
}

// Get returns one team. It needs the scope organizations:read. See
// https://developer.calendly.com/api-docs/calendly-api/organizations/get-team.
//
// API: GET /teams/{team_uuid}
func (s *TeamsService) Get(ctx context.Context, team URI) (*Team, error) {
	return getRecord[Team](ctx, s.client, "/teams/{team}", team)
}
