package calendly

import (
	"reflect"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
)

// meetings are what was booked, by whom, and what was said.
func meetings() []entry {
	return []entry{
		{
			name: "scheduled_events", at: "start_time", single: true, group: "scheduled_events",
			record: reflect.TypeFor[api.ScheduledEvent](),
			needs:  connect.Needs{Scope: "scheduled_events:read", Role: adminRole},
			doc: connect.StreamDoc{
				About:     "Meetings, past and future, active and canceled.",
				Operation: []string{"GET /scheduled_events"},
				Fresh:     "Every sync reads all of them, in windows of start_time; with --start those that start then or later, with --pass due only as far back as is due.",
			},
			request: func(c *caller, _ string) request { return c.scoped(list("/scheduled_events")) },
		},
		{
			name: "invitees", single: true, group: "scheduled_events", of: "scheduled_events", parent: "event",
			record: reflect.TypeFor[api.Invitee](),
			needs:  connect.Needs{Scope: "scheduled_events:read", Role: adminRole},
			doc: connect.StreamDoc{
				About:     "Who booked a meeting, with answers, tracking, payment and no-show.",
				Operation: []string{"GET /scheduled_events/{uuid}/invitees"},
				Fresh:     "Every sync reads those of every meeting it reads, and commits them together; with --pass due those of meetings that are new or changed, and 1 hour, 1 day and 7 days after the end.",
			},
			request: func(_ *caller, event string) request {
				return list("/scheduled_events/"+lastSegment(event)+"/invitees", "sort", "created_at:asc")
			},
		},
		{
			name: "meeting_recaps", changed: "updated_at", single: true, group: "meeting_recaps",
			record: reflect.TypeFor[api.MeetingRecap](),
			needs:  connect.Needs{Scope: "meeting_recaps:read", Plan: planPaid},
			doc: connect.StreamDoc{
				About:     "What Calendly's notetaker wrote of a meeting.",
				Operation: []string{"GET /meeting_recaps", "GET /meeting_recaps/{uuid}"},
				Fresh:     "Every sync lists all of them, and reads singly those whose updated_at is new, since the list lacks the texts.",
			},
			request: func(*caller, string) request { return list("/meeting_recaps") },
		},
		{
			name: "meeting_recap_transcripts", group: "meeting_recaps", of: "meeting_recaps", parent: "meeting_recap", onRequest: true,
			record: reflect.TypeFor[api.MeetingRecapTranscript](),
			needs:  connect.Needs{Scope: "meeting_recaps:read", Plan: planPaid},
			doc: connect.StreamDoc{
				About:     "What was said in a meeting, word for word.",
				Operation: []string{"GET /meeting_recaps/{uuid}/transcript"},
				Fresh:     "A sync that names it reads that of every recap.",
			},
			request: func(_ *caller, recap string) request {
				return resource("/meeting_recaps/" + lastSegment(recap) + "/transcript")
			},
		},
	}
}
