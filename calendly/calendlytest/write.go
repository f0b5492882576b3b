package calendlytest

import "net/http"

// writes lists the operations that change something.
func writes() []route {
	write := func(pattern, scope string, needs plan, params string, status int, do func(*call) (change, error)) route {
		return route{pattern: pattern, scope: scope, needs: needs, params: params, status: status, write: do}
	}
	const created, ok, none = http.StatusCreated, http.StatusOK, http.StatusNoContent
	return []route{
		write("DELETE /organization_memberships/{uuid}", "organizations:write", planFree, "", none, deleteMembership),
		write("POST /organizations/{uuid}/invitations", "organizations:write", planFree, "", created, createInvitation),
		write("DELETE /organizations/{org_uuid}/invitations/{uuid}", "organizations:write", planFree, "", none, deleteInvitation),
		write("POST /event_types", "event_types:write", planFree, "", created, createEventType),
		write("PATCH /event_types/{uuid}", "event_types:write", planFree, "", ok, updateEventType),
		write("POST /one_off_event_types", "event_types:write", planFree, "", created, createOneOff),
		write("PATCH /event_type_availability_schedules", "availability:write", planFree, "event_type", ok, updateTypeSchedule),
		write("PATCH /user_meeting_limits", "availability:write", planFree, "user", ok, updateMeetingLimits),
		write("POST /scheduled_events/{uuid}/cancellation", "scheduled_events:write", planFree, "", created, cancelEvent),
		write("POST /invitees", "scheduled_events:write", planFree, "", created, createInvitee),
		write("POST /invitee_no_shows", "scheduled_events:write", planFree, "", created, createNoShow),
		write("DELETE /invitee_no_shows/{uuid}", "scheduled_events:write", planFree, "", none, deleteNoShow),
		write("POST /scheduling_links", "scheduling_links:write", planFree, "", created, createSchedulingLink),
		write("POST /shares", "shares:write", planFree, "", created, createShare),
		write("POST /data_compliance/deletion/invitees", "data_compliance:write", planEnterprise, "", http.StatusAccepted, deleteInviteeData),
		write("POST /data_compliance/deletion/events", "data_compliance:write", planEnterprise, "", http.StatusAccepted, deleteEventData),
		write("POST /contacts", "contacts:write", planFree, "", created, createContact),
		write("POST /contacts/custom_field_definitions", "contacts:write", planFree, "", created, createField),
		write("PATCH /contacts/{uuid}", "contacts:write", planFree, "", ok, updateContact),
		write("DELETE /contacts/{uuid}", "contacts:write", planFree, "", none, deleteContact),
		write("POST /contact_lists", "contacts:write", planFree, "", created, createContactList),
		write("PATCH /contact_lists/{uuid}", "contacts:write", planFree, "", ok, renameContactList),
		write("POST /contact_lists/{uuid}/memberships", "contacts:write", planFree, "", ok, addToList),
		write("POST /contact_lists/{uuid}/memberships/removal", "contacts:write", planFree, "", ok, removeFromList),
		write("POST /notes", "contacts:write", planFree, "", created, createNote),
		write("PATCH /meeting_recaps/{uuid}", "meeting_recaps:write", planStandard, "", ok, updateRecap),
		write("DELETE /meeting_recaps/{uuid}", "meeting_recaps:write", planStandard, "", none, deleteRecap),
		write("POST /webhook_subscriptions", "webhooks:write", planFree, "", created, createWebhook),
		write("DELETE /webhook_subscriptions/{webhook_uuid}", "webhooks:write", planFree, "", none, deleteWebhook),
	}
}
