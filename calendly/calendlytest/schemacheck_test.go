package calendlytest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSchema_tells_what_is_wrong(t *testing.T) {
	t.Parallel()
	const base = "http://sandbox.test"
	user := base + "/users/5620ac67-d75d-4f0a-bf60-a0a95856c697"
	for name, c := range map[string]struct {
		kind  string
		value any
		wrong []string
	}{
		"as it should be":     {"Profile", object{"type": "User", "name": "Ada", "owner": user}, nil},
		"a field too few":     {"Profile", object{"type": "User", "owner": user}, []string{"x.name is missing"}},
		"a field too many":    {"Profile", object{"type": "User", "name": "Ada", "owner": user, "age": 36.0}, []string{"x.age is not documented"}},
		"null":                {"Profile", object{"type": "User", "name": nil, "owner": user}, []string{"x.name is <nil>, not string"}},
		"another type":        {"Profile", object{"type": "Robot"}, []string{"x is map[type:Robot], not Profile"}},
		"URI of another kind": {"Profile", object{"type": "Team", "name": "Ada", "owner": user}, []string{"x.owner is " + user + ", not uri /teams/*"}},
		"URI elsewhere":       {"EventLink", object{"uri": "https://api.calendly.com/scheduled_events/5620ac67-d75d-4f0a-bf60-a0a95856c697"}, []string{"x.uri is https://api.calendly.com/scheduled_events/5620ac67-d75d-4f0a-bf60-a0a95856c697, not uri /scheduled_events/*"}},
		"optional":            {"RecapEventLink", object{}, nil},
		"milliseconds":        {"GoneContact", object{"uri": base + "/contacts/5620ac67-d75d-4f0a-bf60-a0a95856c697", "deleted_at": "2026-11-23T12:00:00.000Z"}, []string{"x.deleted_at is 2026-11-23T12:00:00.000Z, not date-time"}},
		"no such day":         {"GoneContact", object{"uri": base + "/contacts/5620ac67-d75d-4f0a-bf60-a0a95856c697", "deleted_at": "2026-02-30T12:00:00.000000Z"}, []string{"x.deleted_at is 2026-02-30T12:00:00.000000Z, not date-time"}},
		"a word of no list":   {"InviteeEvent", "invitee.updated", []string{"x is invitee.updated, not InviteeEvent"}},
		"half an integer":     {"InviteesCounter", object{"total": 1.5, "active": 1.0, "limit": 1.0}, []string{"x.total is 1.5, not integer"}},
		"a clock of no day":   {"Interval", object{"from": "24:00", "to": "25:00"}, []string{"x.from is 24:00, not clock", "x.to is 25:00, not clock"}},
	} {
		got := loadSchema(t).check(base, "x", fieldSchema{types: []string{c.kind}}, c.value).wrong
		slices.Sort(got)
		if diff := cmp.Diff(c.wrong, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, body := range []object{
		{"title": "Unprocessable", "message": "The supplied parameters are invalid."},
		{"title": "Invalid Argument", "message": "Else."},
		{"title": "Invalid Argument", "message": "The supplied parameters are invalid.", "details": []any{object{"parameter": "x"}}},
		{"message": "The supplied parameters are invalid."},
	} {
		if got := loadSchema(t).refusal(base, 400, body); len(got.wrong) == 0 {
			t.Errorf("%v passes as an error", body)
		}
	}
}
