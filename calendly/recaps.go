package calendly

import (
	"encoding/json"
	"time"
)

// MeetingRecap is what Calendly's notetaker wrote of a meeting. Items of a
// list lack the texts and ShareLink.
type MeetingRecap struct {
	URI           URI             `json:"uri"`
	AppURL        *string         `json:"app_url"`
	Event         *URI            `json:"event"`
	Status        string          `json:"status"` // Available, Processing or Unavailable
	Name          *string         `json:"name"`
	Location      json.RawMessage `json:"location"`
	StartTime     *time.Time      `json:"start_time"`
	EndTime       *time.Time      `json:"end_time"`
	CreatedAt     time.Time       `json:"created_at"`
	UpdatedAt     time.Time       `json:"updated_at"`
	Attendees     []Attendee      `json:"attendees"`
	SummaryMD     *string         `json:"summary_md"`
	ActionItemsMD *string         `json:"action_items_md"`
	DiscussionMD  *string         `json:"discussion_md"`
	Transcript    *URI            `json:"transcript"`
	ShareLink     *string         `json:"share_link"`

	Raw json.RawMessage `json:"-"`
}

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

	Raw json.RawMessage `json:"-"`
}
