package calendlytest

import (
	"maps"
	"slices"
	"strings"
)

// shape is one thing that realistic worlds must hold.
type shape struct {
	list string
	is   func(object) bool
}

func (w *walk) shapes() {
	shapes := w.plainShapes()
	maps.Copy(shapes, locationShapes())
	for name, want := range shapes {
		if !slices.ContainsFunc(w.lists[want.list], want.is) {
			w.t.Errorf("%s: none of %d %s", name, len(w.lists[want.list]), want.list)
		}
	}
}

func (w *walk) plainShapes() map[string]shape {
	equal := func(key string, value any) func(object) bool { return func(o object) bool { return o[key] == value } }
	given := func(key string) func(object) bool { return func(o object) bool { return o[key] != nil } }
	return map[string]shape{
		"several hosts":          {"scheduled_events", func(o object) bool { return len(o["event_memberships"].([]any)) > 1 }},
		"guests":                 {"scheduled_events", func(o object) bool { return len(o["event_guests"].([]any)) > 1 }},
		"no name":                {"scheduled_events", equal("name", nil)},
		"no location":            {"scheduled_events", equal("location", nil)},
		"canceled":               {"scheduled_events", equal("status", statusCanceled)},
		"still to come":          {"scheduled_events", func(o object) bool { return text(o, "start_time") > w.now }},
		"middle of a chain":      {"invitees", func(o object) bool { return o["old_invitee"] != nil && o["new_invitee"] != nil }},
		"no time zone":           {"invitees", equal("timezone", nil)},
		"split name":             {"invitees", given("first_name")},
		"no-show":                {"invitees", given("no_show")},
		"reconfirmation":         {"invitees", given("reconfirmation")},
		"booked for another":     {"invitees", given("invitee_scheduled_by")},
		"booked by API":          {"invitees", equal("scheduling_method", "api")},
		"paid":                   {"invitees", given("payment")},
		"amount as text":         {"invitees", func(o object) bool { p, _ := o["payment"].(object); _, ok := p["amount"].(string); return ok }},
		"amount as number":       {"invitees", func(o object) bool { p, _ := o["payment"].(object); _, ok := p["amount"].(float64); return ok }},
		"several choices":        {"invitees", func(o object) bool { return strings.Contains(answerText(o), "Pricing\nSecurity") }},
		"UTM":                    {"invitees", func(o object) bool { return o["tracking"].(object)["utm_source"] != nil }},
		"reminder by text":       {"invitees", given("text_reminder_number")},
		"canceled by host":       {"invitees", func(o object) bool { p, _ := o["cancellation"].(object); return p["canceler_type"] == "host" }},
		"type without profile":   {"event_types", equal("profile", nil)},
		"type without locations": {"event_types", equal("locations", nil)},
		"type with durations":    {"event_types", func(o object) bool { d, _ := o["duration_options"].([]any); return len(d) > 1 }},
		"type without durations": {"event_types", func(o object) bool { d, ok := o["duration_options"].([]any); return ok && len(d) == 0 }},
		"group type":             {"event_types", equal("kind", "group")},
		"collective":             {"event_types", equal("pooling_type", "collective")},
		"round robin":            {"event_types", equal("pooling_type", "round_robin")},
		"paid type":              {"event_types", equal("is_paid", true)},
		"secret type":            {"event_types", equal("secret", true)},
		"inactive type":          {"event_types", equal("active", false)},
		"managed type":           {"event_types", equal("admin_managed", true)},
		"one-off type":           {"event_types", equal("type", "AdhocEventType")},
		"invited to a group":     {"group_relationships", func(o object) bool { return o["owner"].(object)["type"] == "OrganizationInvitation" }},
		"pending invitation":     {"invitations", equal("status", "pending")},
		"declined invitation":    {"invitations", equal("status", "declined")},
		"draft form":             {"routing_forms", equal("status", "draft")},
		"to a message":           {"routing_form_submissions", func(o object) bool { r, _ := o["result"].(object); return r["type"] == "custom_message" }},
		"recap of nobody":        {"meeting_recaps", equal("attendees", nil)},
		"unavailable recap":      {"meeting_recaps", equal("status", recapUnavailable)},
		"text message":           {"outgoing_communications", equal("type", "sms")},
		"e-mail":                 {"outgoing_communications", equal("type", "email")},
		"contact with fields":    {"contacts", func(o object) bool { return len(o["custom_fields"].([]any)) > 2 }},
		"note":                   {"notes", given("title")},
		"dynamic view":           {"contact_lists", equal("contact_count", nil)},
	}
}

// locationShapes are the kinds of place, of conference and of question.
func locationShapes() map[string]shape {
	shapes := map[string]shape{}
	for _, kind := range []string{"string", "text", "phone_number", "single_select", "multi_select"} {
		shapes["question "+kind] = shape{"event_types", func(o object) bool {
			return slices.ContainsFunc(o["custom_questions"].([]any), func(q any) bool { return q.(object)["type"] == kind })
		}}
	}
	for _, kind := range []string{"physical", "ask_invitee", "custom", "outbound_call", "inbound_call", "google_conference", "zoom", "gotomeeting", "microsoft_teams_conference", "webex_conference"} {
		shapes["held at "+kind] = shape{"scheduled_events", func(o object) bool { l, _ := o["location"].(object); return l["type"] == kind }}
	}
	for _, status := range []any{"pushed", "initiated", "processing", "failed", nil} {
		shapes["conference "+strings.TrimSpace(textOf(status))] = shape{"scheduled_events", func(o object) bool {
			l, _ := o["location"].(object)
			return l["type"] == "zoom" && l["status"] == status
		}}
	}
	return shapes
}

func textOf(v any) string {
	s, _ := v.(string)
	return s
}

func answerText(o object) string {
	var all []string
	for _, a := range o["questions_and_answers"].([]any) {
		all = append(all, text(a.(object), "answer"))
	}
	return strings.Join(all, "|")
}
