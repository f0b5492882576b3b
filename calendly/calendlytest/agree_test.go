package calendlytest

import "strings"

// ordered checks that one time is not after the other, nor either after now.
func (w *walk) ordered(o object, before, after string) {
	w.t.Helper()
	if a, b := text(o, before), text(o, after); a > b || b > w.now {
		w.t.Errorf("%s: %s is %s, %s is %s, now is %s", o["uri"], before, a, after, b, w.now)
	}
}

func (w *walk) checkInvitee(e, i object) {
	w.t.Helper()
	w.ordered(i, "created_at", "updated_at")
	canceled := i["status"] == statusCanceled
	if why, ok := i["cancellation"].(object); ok != canceled || ok && (text(why, "created_at") > w.now || text(why, "created_at") < text(i, "created_at")) {
		w.t.Errorf("%s: status %v, cancellation %v", i["uri"], i["status"], i["cancellation"])
	}
	if text(i, "created_at") >= text(e, "start_time") {
		w.t.Errorf("%s booked after the meeting", i["uri"])
	}
	if id := i["uri"].(string)[strings.LastIndex(text(i, "uri"), "/")+1:]; !strings.HasSuffix(text(i, "cancel_url"), id) || !strings.HasSuffix(text(i, "reschedule_url"), id) {
		w.t.Errorf("%s: links of another invitee", i["uri"])
	}
	w.checkChain(i)
	if no, ok := i["no_show"].(object); ok {
		marked := must(w.t, w.s, "owner", text(no, "uri"))["resource"].(object)
		if marked["invitee"] != i["uri"] || marked["created_at"] != no["created_at"] || canceled || text(e, "end_time") > w.now {
			w.t.Errorf("%s: no-show %v is %v", i["uri"], no, marked)
		}
	}
	if from, ok := i["routing_form_submission"].(string); ok {
		v := w.objects[from]
		if v["submitter"] != i["uri"] || v["submitter_type"] != "Invitee" || text(v, "created_at") > text(i, "created_at") ||
			v["result"].(object)["value"] != e["event_type"] {
			w.t.Errorf("%s came from %v", i["uri"], v)
		}
	}
}

func (w *walk) checkChain(i object) {
	w.t.Helper()
	if old, ok := i["old_invitee"].(string); ok {
		o := w.objects[old]
		if o["new_invitee"] != i["uri"] || o["email"] != i["email"] || o["rescheduled"] != true || o["status"] != statusCanceled {
			w.t.Errorf("%s replaces %v", i["uri"], o)
		}
		if why := o["cancellation"].(object); why["created_at"] != i["created_at"] {
			w.t.Errorf("%s: booked at %s, the old one left at %s", i["uri"], i["created_at"], why["created_at"])
		}
	}
	replaced, ok := i["new_invitee"].(string)
	if ok != (i["rescheduled"] == true) || ok && w.objects[replaced]["old_invitee"] != i["uri"] {
		w.t.Errorf("%s: rescheduled %v, new invitee %v", i["uri"], i["rescheduled"], i["new_invitee"])
	}
}

func (w *walk) others() {
	t := w.t
	submitters, visits := 0, map[string][]object{}
	for _, v := range w.lists["routing_form_submissions"] {
		if to, ok := v["submitter"].(string); ok {
			submitters++
			if w.objects[to]["routing_form_submission"] != v["uri"] {
				t.Errorf("%s: its submitter %v does not know it", v["uri"], w.objects[to])
			}
		}
	}
	if submitters == 0 {
		t.Error("nobody who filled in a form went on to book")
	}
	for _, i := range w.lists["invitees"] {
		if i["status"] == statusActive {
			visits[text(i, "email")] = append(visits[text(i, "email")], w.objects[text(i, "event")])
		}
	}
	for _, c := range w.lists["contacts"] {
		w.checkContact(c, visits)
	}
	for _, r := range w.lists["meeting_recaps"] {
		e := w.objects[text(r, "event")]
		if e["status"] != statusActive || e["end_time"] != r["end_time"] || text(r, "end_time") > w.now {
			t.Errorf("recap %v of %v", r, e)
		}
	}
	for _, m := range w.lists["outgoing_communications"] {
		if e := w.objects[text(m, "event_uri")]; e["event_type"] != m["event_type_uri"] || text(m, "created_at") < text(e, "created_at") || text(m, "created_at") > w.now {
			t.Errorf("message %v of %v", m, e)
		}
	}
	w.checkPeople()
}

func (w *walk) checkContact(c object, visits map[string][]object) {
	w.t.Helper()
	var last, next any
	for _, e := range visits[text(c["emails"].([]any)[0].(object), "email")] {
		switch start := text(e, "start_time"); {
		case start < w.now:
			last = start
		case next == nil:
			next = start
		}
	}
	if c["last_meeting_date"] != last || c["next_meeting_date"] != next {
		w.t.Errorf("%s: last meeting %v, next %v; want %v, %v", c["uri"], c["last_meeting_date"], c["next_meeting_date"], last, next)
	}
	w.ordered(c, "created_at", "updated_at")
}

func (w *walk) checkPeople() {
	w.t.Helper()
	added := map[string]string{}
	for _, a := range w.lists["activity_log_entries"] {
		if a["fully_qualified_name"] == "User.Add" {
			added[text(a["details"].(object), "user")] = text(a, "occurred_at")
		}
	}
	accepted := map[string]bool{}
	for _, v := range w.lists["invitations"] {
		if user, ok := v["user"].(string); ok != (v["status"] == "accepted") {
			w.t.Errorf("invitation %v", v)
		} else if ok {
			accepted[user] = true
		}
	}
	owners := 0
	for _, m := range w.lists["organization_memberships"] {
		user := text(m["user"].(object), "uri")
		if m["role"] == string(roleOwner) {
			owners++
		}
		if added[user] != m["created_at"] || accepted[user] == (m["role"] == string(roleOwner)) {
			w.t.Errorf("%s joined %s, added %s, invited %t", user, m["created_at"], added[user], accepted[user])
		}
	}
	if owners != 1 {
		w.t.Errorf("%d owners", owners)
	}
	members := map[string]float64{}
	for _, r := range w.lists["group_relationships"] {
		if r["owner"].(object)["type"] == "OrganizationMembership" {
			members[text(r, "group")]++
		}
	}
	for _, g := range w.lists["groups"] {
		if g["member_count"] != members[text(g, "uri")] {
			w.t.Errorf("%s has %v members, its relationships say %v", g["uri"], g["member_count"], members[text(g, "uri")])
		}
	}
}
