package calendly

import "github.com/kalends/kalends/internal/connect"

// Views implements connect.Viewer.
func (s *source) Views() []connect.View { return views() }

// views are what is asked of the copy of an organization. The first ones turn
// lists inside records into rows.
func views() []connect.View {
	return []connect.View{
		{
			Name: "event_hosts", Of: []string{"scheduled_events"},
			About: "The hosts of meetings.",
			Query: `SELECT e.uri AS event, {{place "h"}} AS position, {{text "h" "user"}} AS user_uri, {{text "h" "user_name"}} AS user_name,
				{{text "h" "user_email"}} AS user_email, {{text "h" "buffered_start_time"}} AS buffered_start_time,
				{{text "h" "buffered_end_time"}} AS buffered_end_time
				FROM {{table "scheduled_events"}} e {{each "e.event_memberships" "h"}} WHERE e._deleted_at IS NULL`,
		},
		{
			Name: "event_guests", Of: []string{"scheduled_events"},
			About: "Whom invitees brought along.",
			Query: `SELECT e.uri AS event, {{place "g"}} AS position, {{text "g" "email"}} AS email, {{text "g" "created_at"}} AS created_at,
				{{text "g" "updated_at"}} AS updated_at
				FROM {{table "scheduled_events"}} e {{each "e.event_guests" "g"}} WHERE e._deleted_at IS NULL`,
		},
		{
			Name: "invitee_answers", Of: []string{"invitees"},
			About: "What invitees answered when they booked.",
			Query: `SELECT i.uri AS invitee, i.event, {{place "a"}} AS position, {{text "a" "question"}} AS question, {{text "a" "answer"}} AS answer
				FROM {{table "invitees"}} i {{each "i.questions_and_answers" "a"}} WHERE i._deleted_at IS NULL`,
		},
		{
			Name: "routing_form_answers", Of: []string{"routing_form_submissions"},
			About: "What visitors answered in routing forms.",
			Query: `SELECT s.uri AS submission, s.routing_form, {{place "a"}} AS position, {{text "a" "question_uuid"}} AS question_uuid,
				{{text "a" "question"}} AS question, {{text "a" "answer"}} AS answer
				FROM {{table "routing_form_submissions"}} s {{each "s.questions_and_answers" "a"}} WHERE s._deleted_at IS NULL`,
		},
		{
			Name: "event_type_questions", Of: []string{"event_types"},
			About: "What event types ask of invitees.",
			Query: `SELECT t.uri AS event_type, {{place "q"}} AS position, {{text "q" "name"}} AS name, {{text "q" "type"}} AS type,
				{{flag "q" "enabled"}} AS enabled, {{flag "q" "required"}} AS required, {{flag "q" "include_other"}} AS include_other
				FROM {{table "event_types"}} t {{each "t.custom_questions" "q"}} WHERE t._deleted_at IS NULL`,
		},
		{
			Name: "availability_rules", Of: []string{"user_availability_schedules"},
			About: "The hours at which users are available, a row for each interval of a weekday or date; one without hours has none.",
			Query: `SELECT s.uri AS schedule, s.user AS user_uri, s.timezone, {{text "r" "type"}} AS type, {{text "r" "wday"}} AS wday, {{text "r" "date"}} AS date,
				{{text "i" "from"}} AS from_time, {{text "i" "to"}} AS to_time
				FROM {{table "user_availability_schedules"}} s {{each "s.rules" "r"}} {{each (list "r" "intervals") "i"}} WHERE s._deleted_at IS NULL`,
		},
		{
			Name: "meetings", Of: []string{"scheduled_events", "invitees", "event_types"},
			About: "One row for each meeting: host, type, length, how long before it was booked, who came, and whether and how often it was moved.",
			Query: meetingsQuery,
		},
		{
			Name: "host_stats", Of: []string{"scheduled_events"}, Views: []string{"event_hosts", "meetings"},
			About: "How many meetings each host has had and will have. Minutes are those of meetings that were not canceled.",
			Query: `SELECT h.user_uri, max(h.user_name) AS user_name, max(h.user_email) AS user_email, count(*) AS meetings,
				count(CASE WHEN m.status = 'canceled' THEN 1 END) AS canceled, count(m.rescheduled_to) AS rescheduled,
				{{integer "sum(m.no_shows)"}} AS no_shows, {{integer "sum(CASE WHEN m.status = 'canceled' THEN 0 ELSE m.minutes END)"}} AS minutes
				FROM {{table "event_hosts"}} h JOIN {{table "meetings"}} m ON m.event = h.event GROUP BY h.user_uri`,
		},
		{
			Name: "bookings_by_day", Of: []string{"scheduled_events"},
			About: "How many meetings were booked on each day (UTC), how many of them were canceled since, and for how many people.",
			Query: `SELECT {{day "e.created_at"}} AS day, count(*) AS bookings, count(CASE WHEN e.status = 'canceled' THEN 1 END) AS canceled,
				{{integer "sum(e.invitees_counter_total)"}} AS invitees
				FROM {{table "scheduled_events"}} e WHERE e._deleted_at IS NULL GROUP BY {{day "e.created_at"}}`,
		},
	}
}

// meetingsQuery follows the chain of bookings from the first to the last. What
// has no end because the data is wrong ends after a thousand.
const meetingsQuery = `
WITH RECURSIVE chain (invitee, event, moves) AS (
	SELECT i.uri, i.event, 0 FROM {{table "invitees"}} i WHERE i.old_invitee IS NULL AND i.new_invitee IS NOT NULL
	UNION ALL
	SELECT i.uri, i.event, c.moves + 1 FROM chain c JOIN {{table "invitees"}} i ON i.old_invitee = c.invitee WHERE c.moves < 1000
),
moved (event, moves) AS (SELECT event, max(moves) FROM chain GROUP BY event),
people (event, invitees, active, no_shows, came_from, went_to) AS (
	SELECT i.event, count(*), count(CASE WHEN i.status = 'active' THEN 1 END), count(i.no_show_uri), max(o.event), max(n.event)
	FROM {{table "invitees"}} i
	LEFT JOIN {{table "invitees"}} o ON o.uri = i.old_invitee
	LEFT JOIN {{table "invitees"}} n ON n.uri = i.new_invitee
	WHERE i._deleted_at IS NULL GROUP BY i.event
)
SELECT e.uri AS event, e.name, e.status, e.start_time, e.end_time, e.created_at, {{minutes "e.start_time" "e.end_time"}} AS minutes,
	{{minutes "e.created_at" "e.start_time"}} AS lead_minutes, e.event_type, t.name AS event_type_name, e.location_type,
	{{first "e.event_memberships" "user"}} AS host, {{first "e.event_memberships" "user_name"}} AS host_name,
	{{first "e.event_memberships" "user_email"}} AS host_email, {{length "e.event_memberships"}} AS hosts,
	coalesce(p.invitees, 0) AS invitees, coalesce(p.active, 0) AS active_invitees, coalesce(p.no_shows, 0) AS no_shows,
	p.came_from AS rescheduled_from, p.went_to AS rescheduled_to, coalesce(m.moves, 0) AS times_rescheduled,
	e.cancellation_canceler_type, e.cancellation_reason
FROM {{table "scheduled_events"}} e
LEFT JOIN {{table "event_types"}} t ON t.uri = e.event_type
LEFT JOIN people p ON p.event = e.uri
LEFT JOIN moved m ON m.event = e.uri
WHERE e._deleted_at IS NULL`
