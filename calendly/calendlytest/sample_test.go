package calendlytest

import (
	"strings"
	"testing"
)

// sampleURL asks for a sample in a scope that may have the event.
func sampleURL(s *Server, name string) string {
	scope := scopeOrganization
	if !subscribable(name, scope) {
		scope = scopeUser
	}
	return with("/sample_webhook_data", "event", name, "organization", s.Organization, "scope", scope, "user", s.home.uri(kindUser, ownerIndex))
}

func TestSamples_look_like_what_webhooks_send(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 2})
	for _, name := range webhookEvents() {
		body := must(t, s, "owner", sampleURL(s, name))
		payload, _ := body["payload"].(object)
		if len(body) != 4 || body["event"] != name || body["created_by"] != s.home.uri(kindUser, ownerIndex) || len(payload) == 0 {
			t.Errorf("%s: %v", name, body)
			continue
		}
		switch family, change, _ := strings.Cut(name, "."); family {
		case "invitee", "invitee_no_show":
			event := payload["scheduled_event"].(object)
			host := event["event_memberships"].([]any)[0].(object)
			if _, calendar := event["calendar_event"]; calendar || len(host) != 3 || payload["event"] != event["uri"] {
				t.Errorf("%s: event %v", name, event)
			}
			if canceled := name == "invitee.canceled"; (payload["cancellation"] != nil) != canceled || (payload["status"] == statusCanceled) != canceled {
				t.Errorf("%s: status %v, cancellation %v", name, payload["status"], payload["cancellation"])
			}
			if (payload["no_show"] != nil) != (name == "invitee_no_show.created") {
				t.Errorf("%s: no_show %v", name, payload["no_show"])
			}
		case "event_type":
			if _, html := payload["description_html"]; html || (payload["deleted_at"] != nil) != (change == "deleted") {
				t.Errorf("%s: %v", name, payload)
			}
		case "contact":
			contact := payload["contact"].(object)
			if (contact["deleted_at"] != nil) != (change == "deleted") || change == "created" && contact["last_meeting_date"] != nil || payload["user_uuid"] == nil {
				t.Errorf("%s: %v", name, payload)
			}
		case "meeting_recap":
			if recap := payload["recap"].(object); recap["uri"] == nil || (recap["deleted_at"] != nil) != (change == "deleted") {
				t.Errorf("%s: %v", name, payload)
			}
		}
	}
}
