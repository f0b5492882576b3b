package calendlytest

import "strings"

// path returns what stands before the id in the URIs of a kind, "" for kinds
// that have none or live inside another object.
func (k kind) path() string {
	switch k {
	case kindOrganization:
		return "/organizations/"
	case kindUser:
		return "/users/"
	case kindMembership:
		return "/organization_memberships/"
	case kindTeam:
		return "/teams/"
	case kindEventType:
		return "/event_types/"
	case kindEventTypeMembership:
		return "/event_type_memberships/"
	case kindEvent:
		return "/scheduled_events/"
	case kindNoShow:
		return "/invitee_no_shows/"
	case kindSchedule:
		return "/user_availability_schedules/"
	case kindRoutingForm:
		return "/routing_forms/"
	case kindSubmission:
		return "/routing_form_submissions/"
	case kindGroup:
		return "/groups/"
	case kindRelationship:
		return "/group_relationships/"
	case kindWebhook:
		return "/webhook_subscriptions/"
	case kindActivity:
		return "/activity_log_entries/"
	case kindContact:
		return "/contacts/"
	case kindField:
		return "/contacts/custom_field_definitions/"
	case kindContactList:
		return "/contact_lists/"
	case kindNote:
		return "/notes/"
	case kindRecap:
		return "/meeting_recaps/"
	default:
		return ""
	}
}

// cutPath returns the id in the path of a URI of kind k.
func (k kind) cutPath(path string) (id string, ok bool) {
	if k == kindInvitation {
		_, id, ok = strings.Cut(path, "/invitations/")
		return id, ok && strings.HasPrefix(path, kindOrganization.path())
	}
	if k == kindInvitee {
		_, id, ok = strings.Cut(path, "/invitees/")
		return id, ok && strings.HasPrefix(path, kindEvent.path())
	}
	prefix := k.path()
	if prefix == "" {
		return "", false
	}
	id, ok = strings.CutPrefix(path, prefix)
	return id, ok && id != "" && !strings.Contains(id, "/")
}

// uri returns the URI of an object that has a path of its own.
func (w *world) uri(k kind, index int) string { return w.base + k.path() + w.id(k, index, 0) }

// uriSub is uri for an object that is one of several with the same index.
func (w *world) uriSub(k kind, index, sub int) string { return w.base + k.path() + w.id(k, index, sub) }

// inviteeURI returns the URI of invitee k of event i.
func (w *world) inviteeURI(i, k int) string {
	return w.uri(kindEvent, i) + "/invitees/" + w.id(kindInvitee, i, k)
}
