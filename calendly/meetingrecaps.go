package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"time"
)

// MeetingRecap is what Calendly's notetaker wrote of a meeting. Items of a list
// lack the texts and ShareLink.
type MeetingRecap struct {
	URI           URI             `json:"uri"`
	AppURL        *string         `json:"app_url"`
	Event         *URI            `json:"event"` // nil unless booked with Calendly
	Status        RecapStatus     `json:"status"`
	Name          *string         `json:"name"`
	Location      json.RawMessage `json:"location"` // Calendly's API reference does not say its type
	StartTime     *time.Time      `json:"start_time"`
	EndTime       *time.Time      `json:"end_time"`
	CreatedAt     time.Time       `json:"created_at"`
	UpdatedAt     time.Time       `json:"updated_at"`
	Attendees     []Attendee      `json:"attendees"`
	SummaryMD     *string         `json:"summary_md"` // Markdown, like the next two
	ActionItemsMD *string         `json:"action_items_md"`
	DiscussionMD  *string         `json:"discussion_md"`
	Transcript    *URI            `json:"transcript"`
	ShareLink     *string         `json:"share_link"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// RecapStatus is whether a recap can be read. As a filter it is sent in lower
// case, as Calendly wants it.
type RecapStatus string

// The statuses of Calendly's API reference.
const (
	RecapAvailable   RecapStatus = "Available"
	RecapProcessing  RecapStatus = "Processing"
	RecapUnavailable RecapStatus = "Unavailable"
)

// Attendee is somebody who was in a meeting.
type Attendee struct {
	Host      bool    `json:"host"`
	UserEmail *string `json:"user_email"`
	UserName  *string `json:"user_name"`
}

// MeetingRecapTranscript is what was said.
type MeetingRecapTranscript struct {
	URI  URI    `json:"uri"`
	Text string `json:"text"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// MeetingRecapsService reads and changes what Calendly's notetaker wrote. It needs a paid
// plan.
type MeetingRecapsService struct{ client *Client }

// MeetingRecapOptions say which recaps are listed.
type MeetingRecapOptions struct {
	Event     URI         `query:"event"`
	StartTime time.Time   `query:"start_time"`    // of meetings that end then or later
	EndTime   time.Time   `query:"end_time"`      // of meetings that start then or earlier
	Status    RecapStatus `query:"status,lower"`  // RecapAvailable by default
	Attendee  string      `query:"attendee"`      // an e-mail address
	Count     int         `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken string      `query:"page_token"`
}

// List returns one page of recaps, without their texts. It needs the scope
// meeting_recaps:read.
//
// API: GET /meeting_recaps
func (s *MeetingRecapsService) List(ctx context.Context, options MeetingRecapOptions) (*Page[MeetingRecap], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *MeetingRecapsService) Pages(ctx context.Context, options MeetingRecapOptions) iter.Seq2[*Page[MeetingRecap], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *MeetingRecapsService) All(ctx context.Context, options MeetingRecapOptions) iter.Seq2[MeetingRecap, error] {
	return s.list(options).all(ctx)
}

func (s *MeetingRecapsService) list(options MeetingRecapOptions) list[MeetingRecap] {
	return newList[MeetingRecap](s.client, options, "/meeting_recaps")
}

// Get returns one recap with its texts. It needs the scope
// meeting_recaps:read.
//
// API: GET /meeting_recaps/{uuid}
func (s *MeetingRecapsService) Get(ctx context.Context, recap URI) (*MeetingRecap, error) {
	return getRecord[MeetingRecap](ctx, s.client, "/meeting_recaps/{recap}", recap)
}

// Transcript returns what was said in the meeting of a recap. It needs the
// scope meeting_recaps:read.
//
// API: GET /meeting_recaps/{uuid}/transcript
func (s *MeetingRecapsService) Transcript(ctx context.Context, recap URI) (*MeetingRecapTranscript, error) {
	return getRecord[MeetingRecapTranscript](ctx, s.client, "/meeting_recaps/{recap}/transcript", recap)
}

// MeetingRecapChanges is what changes of a recap; all are Markdown.
type MeetingRecapChanges struct {
	SummaryMD     Opt[string] `json:"summary_md"`
	ActionItemsMD Opt[string] `json:"action_items_md"`
	DiscussionMD  Opt[string] `json:"discussion_md"`
}

// Update changes the texts of a recap. It needs the scope meeting_recaps:write
// and a paid plan.
//
// API: PATCH /meeting_recaps/{uuid}
func (s *MeetingRecapsService) Update(ctx context.Context, recap URI, changes MeetingRecapChanges) (*MeetingRecap, error) {
	return sendRecord[MeetingRecap](ctx, s.client, write{
		method: http.MethodPatch, template: "/meeting_recaps/{recap}", ids: []URI{recap}, input: changes,
	})
}

// Delete deletes a recap. It needs the scope meeting_recaps:write and a paid
// plan.
//
// API: DELETE /meeting_recaps/{uuid}
func (s *MeetingRecapsService) Delete(ctx context.Context, recap URI) error {
	return s.client.do(ctx, write{method: http.MethodDelete, template: "/meeting_recaps/{recap}", ids: []URI{recap}})
}
