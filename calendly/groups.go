package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// Group is a part of an organization, made by its admins.
type Group struct {
	URI          URI       `json:"uri"`
	Name         string    `json:"name"`
	Organization URI       `json:"organization"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`
	MemberCount  int       `json:"member_count"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// GroupsService reads groups. In practice they need the plan Teams or
// Enterprise.
type GroupsService struct{ client *Client }

// GroupOptions say which groups are listed.
type GroupOptions struct {
	Organization URI    `query:"organization,required"`
	Count        int    `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken    string `query:"page_token"`
}

// List returns one page of groups. It needs the scope groups:read.
//
// API: GET /groups
func (s *GroupsService) List(ctx context.Context, options GroupOptions) (*Page[Group], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *GroupsService) Pages(ctx context.Context, options GroupOptions) iter.Seq2[*Page[Group], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *GroupsService) All(ctx context.Context, options GroupOptions) iter.Seq2[Group, error] {
	return s.list(options).all(ctx)
}

func (s *GroupsService) list(options GroupOptions) list[Group] {
	return newList[Group](s.client, options, "/groups")
}

// Get returns one group. It needs the scope groups:read.
//
// API: GET /groups/{uuid}
func (s *GroupsService) Get(ctx context.Context, group URI) (*Group, error) {
	return getRecord[Group](ctx, s.client, "/groups/{group}", group)
}
