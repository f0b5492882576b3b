package calendly

import "strings"

// docOf returns what people read about a column: what all says of it in its
// stream, else what it says of every column of that name, which is under "".
// Names that say it all have no text. Users inside other records are described
// as users.
func docOf(all map[string]map[string]string, stream, column string) string {
	if text, ok := all[stream][column]; ok {
		return text
	}
	for _, prefix := range []string{"user_", "member_"} {
		if name, ok := strings.CutPrefix(column, prefix); ok {
			if text, ok := all["users"][name]; ok {
				return text
			}
		}
	}
	return all[""][column]
}

// columnDocs holds what is said of columns, by stream and column.
func columnDocs() map[string]map[string]string {
	return map[string]map[string]string{
		"": {
			"_key":                         "Hash of what tells the record from others, as Calendly gives it no URI.",
			"_raw":                         "The whole record as Calendly sent it.",
			"_synced_at":                   "When it was read.",
			"_deleted_at":                  "When it was found to be deleted at Calendly; null: it is there.",
			"uri":                          "What Calendly names the record by.",
			"timezone":                     "IANA name.",
			"locale":                       "Language.",
			"scheduling_url":               "Page to book on.",
			"tracking_utm_campaign":        "From the booking link.",
			"tracking_utm_source":          "From the booking link.",
			"tracking_utm_medium":          "From the booking link.",
			"tracking_utm_content":         "From the booking link.",
			"tracking_utm_term":            "From the booking link.",
			"tracking_salesforce_uuid":     "From the booking link.",
			"cancellation_canceled_by":     "Name of who canceled; null unless canceled.",
			"cancellation_reason":          "May be empty.",
			"cancellation_canceler_type":   "host or invitee.",
			"availability_rule_user":       "The host.",
			"result_type":                  "event_type, external_url or custom_message.",
			"meeting_notes_plain":          "Written by the host.",
			"calendar_event_kind":          "Deprecated by Calendly.",
			"calendar_event_external_id":   "Deprecated by Calendly.",
			"actor_alternative_identifier": "E-mail address.",
		},
		"organization": {
			"kind":  "single or multiple.",
			"plan":  "basic, essentials, standard, professional, teams or enterprise.",
			"stage": "trial, free or paid.",
		},
		"users": {
			"slug":                 "Last part of the scheduling URL.",
			"time_notation":        "12h or 24h.",
			"timezone":             "IANA name.",
			"scheduling_url":       "Page to book on.",
			"locale":               "Language.",
			"current_organization": "Filled in: Calendly leaves it out of memberships.",
			"resource_type":        "Of the token's own user only.",
		},
		"organization_memberships":    {"role": "user, admin or owner."},
		"organization_invitations":    {"status": "pending, accepted or declined.", "user": "Who accepted it."},
		"user_availability_schedules": {"default": "Whether it is what event types use unless told otherwise.", "rules": ruleDoc},
		"locations": {
			"kind":      "physical, ask_invitee, custom, outbound_call, inbound_call, google_conference, zoom_conference …",
			"connected": "Whether the conferencing account is connected; null for other kinds.",
		},
		"user_busy_times": {
			"type":                "calendly, reserved or external.",
			"event_uri":           "The meeting, of type calendly.",
			"buffered_start_time": "With the buffer before the meeting, of type calendly.",
			"buffered_end_time":   "With the buffer after the meeting, of type calendly.",
		},
		"user_meeting_limits": {
			"daily_limit":   "Meetings a day; null: no limit.",
			"weekly_limit":  "Meetings a week, from Sunday; null: no limit.",
			"monthly_limit": "Meetings a month; null: no limit.",
		},
		"group_relationships": {
			"role":        "member or admin.",
			"owner_type":  "OrganizationMembership or OrganizationInvitation.",
			"owner_uri":   "The membership or invitation.",
			"owner_email": "Of an invitation.",
			"owner_user":  "Of a membership: the user.",
		},
		"event_types": {
			"active":               "Whether it can be booked.",
			"duration":             "Minutes.",
			"duration_options":     "Durations to choose from, minutes.",
			"kind":                 "solo: one invitee; group: several.",
			"pooling_type":         "round_robin, collective or multi_pool; null: one host.",
			"type":                 "StandardEventType or AdhocEventType.",
			"color":                "#rrggbb.",
			"profile_type":         "User or Team.",
			"profile_owner":        "The user or team.",
			"secret":               "Whether it is left out of the host's page.",
			"booking_method":       "instant or poll.",
			"custom_questions":     "List of {name, type, position, enabled, required, answer_choices, include_other}.",
			"deleted_at":           "Null in lists: deleted event types are not listed.",
			"admin_managed":        "Whether an admin made it for others.",
			"locations":            "List of {kind, location, additional_info, phone_number}.",
			"position":             "Place on the page, from 0.",
			"start_time_increment": "Minutes between the starts on offer.",
			"before_buffer":        "Minutes kept free before.",
			"after_buffer":         "Minutes kept free after.",
		},
		"event_type_availability_schedules": {
			"availability_setting":    "host.",
			"availability_rule_rules": ruleDoc,
		},
		"event_type_available_times": {
			"status":             "available.",
			"invitees_remaining": "Places left.",
			"scheduling_url":     "Page to book this time on.",
		},
		"scheduled_events": {
			"status":                  "active or canceled.",
			"location_type":           "physical, ask_invitee, custom, outbound_call, inbound_call, google_conference, zoom, gotomeeting, microsoft_teams_conference or webex_conference.",
			"location_location":       "Address, telephone number or text, by type.",
			"location_status":         "Of conferences: initiated, processing, pushed or failed.",
			"location_join_url":       "Of conferences; may come some time after the booking.",
			"location_data":           "Of conferences: what the provider says. Calendly removes it six months after the meeting.",
			"invitees_counter_total":  "With canceled ones.",
			"invitees_counter_active": "Without canceled ones.",
			"invitees_counter_limit":  "Places; 1 unless a group.",
			"event_memberships":       "The hosts: list of {user, user_email, user_name, buffered_start_time, buffered_end_time}.",
			"event_guests":            "Whom invitees brought along: list of {email, created_at, updated_at}.",
		},
		"invitees": {
			"first_name":                "Null where the event type asks for one name.",
			"last_name":                 "Null where the event type asks for one name.",
			"status":                    "active or canceled.",
			"questions_and_answers":     "List of {question, answer, position}; several chosen answers are joined by line feeds.",
			"text_reminder_number":      "Telephone number for reminders.",
			"rescheduled":               "Whether this booking was replaced by new_invitee.",
			"old_invitee":               "The booking that this one replaced.",
			"new_invitee":               "The booking that replaced this one.",
			"payment_provider":          "stripe or paypal; null: nothing was paid.",
			"payment_amount":            "In units of the currency.",
			"no_show_uri":               "Null unless marked as a no-show.",
			"no_show_created_at":        "When it was marked.",
			"reconfirmation_created_at": "When the invitee was asked to confirm.",
			"scheduling_method":         "instant_book or api; null: on the web.",
			"invitee_scheduled_by":      "The user who booked for the invitee.",
		},
		"meeting_recaps": {
			"status":          "Available, Processing or Unavailable.",
			"attendees":       "List of {host, user_email, user_name}.",
			"event":           "Null unless booked with Calendly.",
			"summary_md":      "Markdown.",
			"action_items_md": "Markdown.",
			"discussion_md":   "Markdown.",
		},
		"routing_forms": {
			"status":    "draft or published.",
			"questions": "List of {uuid, name, type, required, answer_choices}.",
		},
		"routing_form_submissions": {
			"questions_and_answers": "List of {question_uuid, question, answer}; no uuid where the question was deleted.",
			"result_value":          "URI of the event type, URL, or {headline, body}, by type.",
			"submitter":             "The invitee, where the visitor went on to book.",
		},
		"contacts": {
			"emails":        "List of {email, is_primary}.",
			"phone_numbers": "List of {phone_number}.",
			"custom_fields": "List of {uri, label, value}; see contact_custom_fields.",
		},
		"contact_custom_fields": {
			"field_type": "text, number, currency, tags, date, single_select or invitee_question.",
			"options":    "Of a choice: list of {uuid, label, color, is_active}.",
			"currency":   "ISO code.",
		},
		"contact_lists": {
			"type":          "static_list or dynamic_view.",
			"contact_count": "Null for views.",
		},
		"webhook_subscriptions": {
			"callback_url":     "Where Calendly sends events.",
			"retry_started_at": "Since when sending fails.",
			"state":            "active or disabled.",
			"events":           "Names of the events.",
			"scope":            "organization, user or group.",
			"creator":          "Who made it.",
		},
		"activity_log_entries": {
			"actor_type": "User, System …",
			"actor_uri":  "Who did it.",
			"details":    "By action.",
		},
		"outgoing_communications": {"type": "sms or email."},
	}
}

const ruleDoc = "List of {type wday or date, wday, date, intervals {from, to}}; no intervals: not available."
