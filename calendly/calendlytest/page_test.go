package calendlytest

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pageOf reads a page and returns its URIs, and its links.
func pageOf(t *testing.T, s *Server, target string) (uris []string, links object) {
	t.Helper()
	body := must(t, s, "owner", target)
	for _, row := range body["collection"].([]any) {
		uris = append(uris, text(row.(object), "uri"))
	}
	links = body["pagination"].(object)
	if links["count"] != float64(len(uris)) {
		t.Errorf("GET %s: count is %v for %d rows", target, links["count"], len(uris))
	}
	return uris, links
}

func TestPages_lead_forth_and_back_through_every_row_once(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 3, Events: 500})
	org := s.Organization
	for name, list := range map[string]string{
		"all events":      with("/scheduled_events", "organization", org, "count", "7"),
		"latest first":    with("/scheduled_events", "organization", org, "count", "7", "sort", "start_time:desc"),
		"filtered events": with("/scheduled_events", "organization", org, "count", "3", "status", "canceled"),
		"event types":     with("/event_types", "organization", org, "count", "5", "sort", "updated_at:desc"),
		"log":             with("/activity_log_entries", "organization", org, "count", "33", "sort[]", "action:asc", "namespace", "User,API"),
		"invitations":     with(strings.TrimPrefix(org, s.URL)+"/invitations", "count", "2"),
		"exactly a page":  with("/organization_memberships", "organization", org, "count", "8"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var forth [][]string
			var last object
			for target := list; target != ""; target = textOf(last["next_page"]) {
				var uris []string
				uris, last = pageOf(t, s, target)
				if token := textOf(last["next_page_token"]); (token == "") != (last["next_page"] == nil) || !strings.Contains(textOf(last["next_page"]), token) {
					t.Errorf("next_page is %v, its token %v", last["next_page"], token)
				}
				forth = append(forth, uris)
			}
			whole, _ := pageOf(t, s, strings.Replace(list, "count=", "count=100&x=", 1))
			if flat := slices.Concat(forth...); !slices.Equal(flat[:len(whole)], whole) || len(slices.Compact(slices.Sorted(slices.Values(flat)))) != len(flat) {
				t.Errorf("pages of few rows show %d rows, not those of pages of 100", len(flat))
			}
			var back [][]string
			for target := textOf(last["previous_page"]); target != ""; target = textOf(last["previous_page"]) {
				var uris []string
				uris, last = pageOf(t, s, target)
				back = append(back, uris)
			}
			slices.Reverse(back)
			if diff := cmp.Diff(forth[:len(forth)-1], back); diff != "" && len(forth) > 1 {
				t.Errorf("the way back is not the way forth:\n%s", diff)
			}
		})
	}
}

func TestPages_by_token_need_the_same_list(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 3, Events: 500})
	other := newServer(t, Config{Seed: 4, Events: 500})
	org := s.Organization
	list := func(pairs ...string) string {
		return with("/scheduled_events", append([]string{"organization", org}, pairs...)...)
	}
	_, links := pageOf(t, s, list("status", "active", "count", "20"))
	token := text(links, "next_page_token")
	want, _ := pageOf(t, s, text(links, "next_page"))
	if got, _ := pageOf(t, s, list("status", "active", "page_token", token)); !slices.Equal(got, want) {
		t.Error("the token leads elsewhere than the link")
	}
	if got, _ := pageOf(t, s, list("status", "active", "page_token", token, "count", "5", "unknown", "1")); !slices.Equal(got, want[:5]) {
		t.Error("the token does not go with another count")
	}
	_, links = pageOf(t, other, with("/scheduled_events", "organization", other.Organization, "status", "active"))
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	raw[7]++ // the next row
	forged := base64.RawURLEncoding.EncodeToString(raw)
	refused := bad("page_token", "is invalid")
	check(t, s, map[string]refusal{
		"other filter":    {"owner", list("status", "canceled", "page_token", token), refused},
		"no filter":       {"owner", list("page_token", token), refused},
		"other sort":      {"owner", list("status", "active", "page_token", token, "sort", "start_time:desc"), refused},
		"other user":      {"admin", list("status", "active", "page_token", token), refused},
		"other operation": {"owner", with("/event_types", "organization", org, "page_token", token), refused},
		"other server":    {"owner", list("status", "active", "page_token", text(links, "next_page_token")), refused},
		"forged":          {"owner", list("status", "active", "page_token", forged), refused},
		"longer":          {"owner", list("status", "active", "page_token", token+"A"), refused},
		"a number":        {"owner", list("status", "active", "page_token", "2"), refused},
		"empty":           {"owner", list("status", "active", "page_token", ""), bad("page_token", "must be filled")},
	})
}

func TestLists_that_never_page_have_no_links(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 3, Events: 500})
	user, kind := s.home.uri(kindUser, 0), s.home.uri(kindEventType, 0)
	future := []string{"start_time", "2026-11-24T00:00:00+00:00", "end_time", "2026-11-28T00:00:00Z"}
	for _, target := range []string{
		with("/user_busy_times", append(future, "user", user)...), with("/event_type_available_times", append(future, "event_type", kind)...),
		with("/user_availability_schedules", "user", user), with("/user_meeting_limits", "user", user), with("/locations", "user", user),
		"/contacts/custom_field_definitions",
	} {
		if body := must(t, s, "owner", target); body["pagination"] != nil || len(body["collection"].([]any)) == 0 || len(body) != 1 {
			t.Errorf("GET %s: %v", target, body)
		}
	}
	for _, target := range []string{"/contact_lists", with("/event_type_availability_schedules", "event_type", kind)} {
		body := must(t, s, "owner", target)
		want := object{
			"count": float64(len(body["collection"].([]any))), "next_page": nil, "previous_page": nil, "next_page_token": nil, "previous_page_token": nil,
		}
		if diff := cmp.Diff(want, body["pagination"]); diff != "" {
			t.Errorf("GET %s:\n%s", target, diff)
		}
	}
}

func FuzzPageToken(f *testing.F) {
	s := newServer(f, Config{Seed: 3, Events: 60})
	list := with("/scheduled_events", "organization", s.Organization)
	body := must(f, s, "owner", list)
	good := text(body["pagination"].(object), "next_page_token")
	f.Add(good)
	f.Add("")
	f.Add(strconv.Itoa(1 << 62))
	f.Add(base64.RawURLEncoding.EncodeToString(make([]byte, tokenBytes)))
	f.Fuzz(func(t *testing.T, token string) {
		status, body := get(t, s, "owner", list+"&"+with("", "page_token", token)[1:])
		if (status == 200) != (token == good) || status != 200 && status != 400 {
			t.Errorf("token %q: %d %v", token, status, body)
		}
	})
}
