package calendly

import (
	"strings"

	"github.com/kalends/kalends/internal/connect"
)

// places says which personal data stands where in a column; see
// connect.Column.Personal.
type places = map[string][]connect.Personal

// personalOf returns the personal data of a column: what all says of it in its
// stream. Users inside other records are as personal as users.
func personalOf(all map[string]map[string]places, stream, column string) places {
	if p, ok := all[stream][column]; ok {
		return p
	}
	for _, prefix := range []string{"user_", "member_"} {
		if name, ok := strings.CutPrefix(column, prefix); ok {
			return all["users"][name]
		}
	}
	return nil
}

// only marks a column that is personal data as a whole, of a kind or, where
// that varies, of one of several.
func only(kinds ...connect.Personal) places { return places{"": kinds} }

// personalData holds what is personal, by stream and column.
//
// What names a person is: names, addresses, numbers, and the links and slugs
// that are made of a user's name. What people wrote or said is, and what was
// noted about them. Not personal are the names of event types, teams, groups
// and organizations, what is set up by the organization for everybody (places,
// descriptions, questions), time zones and countries, and the ids by which
// Calendly and other systems name a record, salesforce_uuid among them. The
// utm_ values are those of a link; an address in them is found by its text.
//
// Public are the columns whose words stand beside personal data by chance: an
// answer may be "active", and a status is all the same.
func personalData() map[string]map[string]places {
	const (
		email, name, phone, answer, public = connect.Email, connect.Name, connect.Phone, connect.Answer, connect.Public
	)
	return map[string]map[string]places{
		"users": {
			"name": only(name), "slug": only(name), "email": only(email), "scheduling_url": only(name), "avatar_url": only(name),
			"timezone": only(public), "time_notation": only(public), "locale": only(public),
		},
		"organization_memberships": {"role": only(public)},
		"organization_invitations": {"email": only(email), "status": only(public)},
		"group_relationships": {
			"owner_email": only(email),
			"owner_user":  {"name": {name}, "slug": {name}, "email": {email}, "scheduling_url": {name}, "avatar_url": {name}},
			"owner_type":  only(public), "role": only(public),
		},
		"event_types": {
			"scheduling_url": only(name), "profile_name": only(name), "internal_note": only(answer),
			"locations": {"phone_number": {phone}, "kind": {public}},
			"name":      only(public), "slug": only(public), "kind": only(public), "type": only(public), "pooling_type": only(public),
			"booking_method": only(public), "profile_type": only(public), "locale": only(public), "custom_questions": only(public),
		},
		"event_type_hosts": {
			"event_type_name": only(public),
			// The whole event type is in there, without columns of its own.
			"_raw": {
				"event_type.scheduling_url": {name}, "event_type.profile.name": {name}, "event_type.internal_note": {answer},
				"event_type.locations.phone_number": {phone}, "event_type.locations.kind": {public},
				"event_type.slug": {public}, "event_type.kind": {public}, "event_type.type": {public}, "event_type.pooling_type": {public},
				"event_type.booking_method": {public}, "event_type.profile.type": {public}, "event_type.locale": {public},
				"event_type.custom_questions": {public},
			},
		},
		"event_type_available_times": {"scheduling_url": only(name), "status": only(public)},
		"scheduled_events": {
			"location_location":        only(answer, phone),
			"event_memberships":        {"user_email": {email}, "user_name": {name}},
			"event_guests":             {"email": {email}},
			"meeting_notes_plain":      only(answer),
			"meeting_notes_html":       only(answer),
			"cancellation_canceled_by": only(name),
			"cancellation_reason":      only(answer),
			"name":                     only(public), "status": only(public), "location_type": only(public), "location_status": only(public),
			"cancellation_canceler_type": only(public), "calendar_event_kind": only(public),
		},
		"invitees": {
			"email": only(email), "name": only(name), "first_name": only(name), "last_name": only(name),
			"questions_and_answers":    {"answer": {answer}, "question": {public}},
			"text_reminder_number":     only(phone),
			"cancellation_canceled_by": only(name),
			"cancellation_reason":      only(answer),
			"status":                   only(public), "timezone": only(public), "cancellation_canceler_type": only(public),
			"scheduling_method": only(public), "payment_provider": only(public), "payment_currency": only(public),
		},
		"meeting_recaps": {
			"name":            only(answer),
			"attendees":       {"user_email": {email}, "user_name": {name}},
			"summary_md":      only(answer),
			"action_items_md": only(answer),
			"discussion_md":   only(answer),
			"status":          only(public), "location": only(public),
		},
		"meeting_recap_transcripts": {"text": only(answer)},
		"routing_form_submissions": {
			"questions_and_answers": {"answer": {answer}, "question": {public}},
			"result_type":           only(public), "submitter_type": only(public),
		},
		"contacts": {
			"name": only(name), "linkedin": only(name),
			"emails": {"email": {email}}, "phone_numbers": {"phone_number": {phone}},
			"job_title": only(answer), "company": only(answer), "city": only(answer),
			"custom_fields": {"value": {answer}, "label": {public}},
			"timezone":      only(public), "country": only(public), "state": only(public),
		},
		"notes": {"title": only(answer), "body": only(answer)},
		"activity_log_entries": {
			"actor_display_name": only(name), "actor_alternative_identifier": only(email),
			"details":    only(answer, name, email, phone),
			"actor_type": only(public), "actor_organization_role": only(public), "actor_group_name": only(public), "actor_group_role": only(public),
			"fully_qualified_name": only(public), "namespace": only(public), "action": only(public),
		},
		"outgoing_communications": {
			"to": only(email, phone), "from": only(email, phone), "sender_email": only(email),
			"subject": only(answer), "body": only(answer), "scheduling_url": only(name),
			"type": only(public),
		},
	}
}
