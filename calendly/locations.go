package calendly

import (
	"context"
	"encoding/json"
	"iter"
)

// LocationKind is a kind of place that can be offered. That of a meeting is a
// LocationType, which has other words for Zoom and GoToMeeting.
type LocationKind string

// The kinds of Calendly's API reference.
const (
	LocationKindAskInvitee     LocationKind = "ask_invitee"
	LocationKindCustom         LocationKind = "custom"
	LocationKindGoogle         LocationKind = "google_conference"
	LocationKindGotomeeting    LocationKind = "gotomeeting_conference"
	LocationKindInboundCall    LocationKind = "inbound_call" // the invitee calls
	LocationKindMicrosoftTeams LocationKind = "microsoft_teams_conference"
	LocationKindOutboundCall   LocationKind = "outbound_call" // the host calls
	LocationKindPhysical       LocationKind = "physical"
	LocationKindWebex          LocationKind = "webex_conference"
	LocationKindZoom           LocationKind = "zoom_conference"
)

// LocationConfig is a place that an event type offers.
type LocationConfig struct {
	Kind           LocationKind `json:"kind"`
	Location       *string      `json:"location"`        // of physical, custom and ask_invitee
	AdditionalInfo *string      `json:"additional_info"` // of physical and inbound_call
	PhoneNumber    *string      `json:"phone_number"`    // of inbound_call
}

// UserLocation is a kind of place that a user can offer.
type UserLocation struct {
	Kind      LocationKind `json:"kind"`
	Connected *bool        `json:"connected"` // nil except for conferences

	Raw json.RawMessage `json:"-"` // as it was sent
}

// LocationsService reads where users can meet.
type LocationsService struct{ client *Client }

// LocationOptions say whose locations are listed.
type LocationOptions struct {
	User URI `query:"user,required"`
}

// List returns the kinds of places that a user can offer, all in one page. It
// needs the scope locations:read.
//
// API: GET /locations
func (s *LocationsService) List(ctx context.Context, options LocationOptions) (*Page[UserLocation], error) {
	return s.list(options).page(ctx)
}

// All reads the records of List.
func (s *LocationsService) All(ctx context.Context, options LocationOptions) iter.Seq2[UserLocation, error] {
	return s.list(options).all(ctx)
}

func (s *LocationsService) list(options LocationOptions) list[UserLocation] {
	return newList[UserLocation](s.client, options, "/locations")
}
