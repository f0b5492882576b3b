package calendly_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
)

// recorder notes what was asked for and answered with success.
type recorder struct {
	mu    sync.Mutex
	calls []string // method and path
}

func (r *recorder) note(a calendly.Attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a.Err == nil {
		r.calls = append(r.calls, a.Method+" "+a.Path)
	}
}

// requireAll requires that each operation of operations.json that wanted says
// succeeded, and nothing else was asked for.
func (r *recorder) requireAll(t *testing.T, wanted func(method string) bool) {
	t.Helper()
	text, err := os.ReadFile("operations.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Operations []struct{ Method, Path string }
	}
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	variable := regexp.MustCompile(`\\\{[^/]*\\\}`)
	// What is written out goes first: /users/me is not /users/{uuid}.
	slices.SortStableFunc(table.Operations, func(a, b struct{ Method, Path string }) int {
		return strings.Count(a.Path, "{") - strings.Count(b.Path, "{")
	})
	for _, o := range table.Operations {
		pattern := regexp.MustCompile("^" + o.Method + " " + variable.ReplaceAllString(regexp.QuoteMeta(o.Path), "[^/]+") + "$")
		before := len(r.calls)
		r.calls = slices.DeleteFunc(r.calls, pattern.MatchString)
		if len(r.calls) == before && wanted(o.Method) {
			t.Errorf("%s %s did not succeed once", o.Method, o.Path)
		}
	}
	for _, call := range r.calls {
		t.Errorf("%s is of no operation", call)
	}
}

// world is an organization with a client of its owner.
func world(t *testing.T) (*calendly.Client, *recorder, calendly.URI) {
	t.Helper()
	s := started(t, calendlytest.Config{Seed: 1, Events: 400})
	seen := &recorder{}
	c, err := calendly.New(s.Tokens["owner"], calendly.WithBaseURL(s.URL), calendly.WithObserver(seen.note))
	if err != nil {
		t.Fatal(err)
	}
	return c, seen, calendly.URI(s.Organization)
}

func started(t *testing.T, cfg calendlytest.Config) *calendlytest.Server {
	t.Helper()
	s, err := calendlytest.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// some returns the first n records of a list, each compared to what was sent.
func some[T any](t *testing.T, n int, records iter.Seq2[T, error]) []T {
	t.Helper()
	var found []T
	for record, err := range records {
		if err != nil {
			t.Fatal(err)
		}
		same(t, record)
		if found = append(found, record); len(found) == n {
			break
		}
	}
	if len(found) == 0 {
		t.Fatalf("there is no %T", *new(T))
	}
	return found
}

// got requires that a record can be read by itself, and is what was sent.
func got[T any](t *testing.T, get func(context.Context, calendly.URI) (*T, error), id calendly.URI) *T {
	t.Helper()
	record, err := get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	same(t, *record)
	return record
}

func TestRoundTrip_every_read(t *testing.T) {
	t.Parallel()
	c, seen, org := world(t)
	readPeople(t, c, org)
	readOffers(t, c, org)
	readMeetings(t, c, org)
	readCustomers(t, c, org)
	readLogs(t, c, org)
	seen.requireAll(t, func(method string) bool { return method == http.MethodGet })
}

func TestRoundTrip_refusals_say_what_is_missing(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{
		Seed: 1, Events: 20, Plan: "standard", Tokens: []calendlytest.Token{{Name: "narrow", Role: "owner", Scopes: []string{"users:read"}}},
	})
	org := calendly.URI(s.Organization)
	for token, want := range map[string]calendly.Error{
		"narrow":   {Status: 403, Title: "Insufficient scope", RequiredScopes: []string{"activity_log:read"}},
		"owner":    {Status: 403, Title: "Permission Denied", Message: "Please upgrade your Calendly account to Enterprise."},
		"stranger": {Status: 403, Title: "Permission Denied"},
		"none":     {Status: 401, Title: "Unauthenticated", Message: "The access token is invalid"},
	} {
		c, err := calendly.New(cmp.Or(s.Tokens[token], "none"), calendly.WithBaseURL(s.URL))
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.ActivityLogEntries.List(t.Context(), calendly.ActivityLogEntryOptions{Organization: org})
		var got *calendly.Error
		if !errors.As(err, &got) || got.Status != want.Status || got.Title != want.Title || want.Message != "" && got.Message != want.Message ||
			!slices.Equal(got.RequiredScopes, want.RequiredScopes) {
			t.Errorf("%s: %v", token, err)
		}
	}
}

func readPeople(t *testing.T, c *calendly.Client, org calendly.URI) {
	ctx := t.Context()
	me, err := c.Users.Me(ctx)
	if err != nil || *me.CurrentOrganization != org {
		t.Fatalf("got %+v, %v", me, err)
	}
	same(t, *me)
	got(t, c.Users.Get, me.URI)
	got(t, c.Organizations.Get, org)
	memberships := some(t, 500, c.OrganizationMemberships.All(ctx, calendly.OrganizationMembershipOptions{Organization: org}))
	got(t, c.OrganizationMemberships.Get, memberships[0].URI)
	if owner := some(t, 9, c.OrganizationMemberships.All(ctx, calendly.OrganizationMembershipOptions{Organization: org, Role: calendly.RoleOwner})); len(owner) != 1 || owner[0].User.URI != me.URI {
		t.Errorf("the owners are %+v", owner)
	}
	invitations := some(t, 500, c.OrganizationInvitations.All(ctx, org, calendly.OrganizationInvitationOptions{Sort: "created_at:desc"}))
	invitation, err := c.OrganizationInvitations.Get(ctx, org, invitations[0].URI)
	if err != nil {
		t.Fatal(err)
	}
	same(t, *invitation)
	got(t, c.Teams.Get, some(t, 100, c.Teams.All(ctx, calendly.TeamOptions{}))[0].URI)
	group := some(t, 100, c.Groups.All(ctx, calendly.GroupOptions{Organization: org}))[0].URI
	got(t, c.Groups.Get, group)
	got(t, c.GroupRelationships.Get, some(t, 100, c.GroupRelationships.All(ctx, calendly.GroupRelationshipOptions{Group: group}))[0].URI)
	some(t, 100, c.Locations.All(ctx, calendly.LocationOptions{User: me.URI}))
	some(t, 100, c.UserMeetingLimits.All(ctx, calendly.UserMeetingLimitOptions{User: me.URI}))
	got(t, c.UserAvailabilitySchedules.Get, some(t, 100, c.UserAvailabilitySchedules.All(ctx, calendly.UserAvailabilityScheduleOptions{User: me.URI}))[0].URI)
	start := time.Now().Add(time.Hour)
	for _, m := range memberships {
		page, err := c.UserBusyTimes.List(ctx, calendly.UserBusyTimeOptions{User: m.User.URI, StartTime: start, EndTime: start.Add(6 * 24 * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		for _, busy := range page.Collection {
			same(t, busy)
		}
	}
}
