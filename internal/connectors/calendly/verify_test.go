package calendly

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

func verify(t *testing.T, s connect.Settings) (connect.Verification, error) {
	t.Helper()
	return New(Deps{Version: "test", Now: func() time.Time { return noon }}).Verify(t.Context(), s)
}

func TestVerify_tells_whose_token_it_is_and_fills_in_the_organization(t *testing.T) {
	t.Parallel()
	s := sandbox(t, calendlytest.Config{Seed: 1, Events: 200, Plan: "teams"})
	v, err := verify(t, settings(s, "admin"))
	if err != nil {
		t.Fatal(err)
	}
	w := walker{t, s, "admin"}
	me, org := w.one("/users/me"), w.one(path(s.Organization))
	if diff := cmp.Diff(map[string]string{fieldOrganization: s.Organization, fieldURL: s.URL}, v.Values); diff != "" {
		t.Error(diff)
	}
	want := []connect.Fact{
		{Name: "user", Title: "Token of", Value: fmt.Sprintf("%s <%s>", me["name"], me["email"])},
		{Name: "role", Title: "Role", Value: "admin"},
		{Name: "organization", Title: "Organization", Value: org["name"].(string)},
		{Name: "plan", Title: "Plan", Value: "teams"},
	}
	if diff := cmp.Diff(want, v.Facts); diff != "" {
		t.Error(diff)
	}
	for _, a := range v.Streams {
		enterprise := a.Stream.Needs.Plan == planEnterprise
		if a.OK == enterprise || enterprise != strings.Contains(a.Reason, "needs the Enterprise plan, and the organization is on teams") {
			t.Errorf("%s: OK %t because of %q", a.Stream.Name, a.OK, a.Reason)
		}
	}
}

func TestVerify_accepts_an_organization_in_any_spelling_of_its_own(t *testing.T) {
	t.Parallel()
	s := sandbox(t, calendlytest.Config{Seed: 1, Events: 10})
	for _, text := range []string{s.Organization, s.Organization + "/", "  " + s.Organization + "\n", strings.Replace(s.Organization, "http:", "HTTP:", 1)} {
		v, err := verify(t, settings(s, "owner").With(map[string]string{fieldOrganization: text, fieldURL: s.URL + "/"}))
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if v.Values[fieldOrganization] != s.Organization || v.Values[fieldURL] != s.URL {
			t.Errorf("%q is saved as %v", text, v.Values)
		}
	}
}

func TestVerify_refuses_what_is_wrong_and_names_the_field(t *testing.T) {
	t.Parallel()
	s := sandbox(t, calendlytest.Config{Seed: 1, Events: 10, Tokens: []calendlytest.Token{{Name: "blind", Role: "owner", Scopes: []string{"scheduled_events:read"}}}})
	id := s.Organization[strings.LastIndexByte(s.Organization, '/')+1:]
	other := open(t, s, "stranger", nil).(*source)
	who, err := other.caller(t.Context(), other.client)
	if err != nil {
		t.Fatal(err)
	}
	type broken struct {
		key, value string
		field      string
		kind       fault.Kind
	}
	for what, b := range map[string]broken{
		"a token nobody has":               {fieldKey, "eyJraWQiOiIx.eyJhIjoi.c2ln", fieldKey, fault.Unauthorized},
		"an empty token":                   {fieldKey, " ", fieldKey, fault.Invalid},
		"a header":                         {fieldKey, "Bearer abc", fieldKey, fault.Invalid},
		"two lines":                        {fieldKey, "abc\ndef", fieldKey, fault.Invalid},
		"a token without users:read":       {fieldKey, s.Tokens["blind"], fieldKey, fault.Forbidden},
		"a bare id":                        {fieldOrganization, id, fieldOrganization, fault.Invalid},
		"a user":                           {fieldOrganization, s.URL + "/users/" + id, fieldOrganization, fault.Invalid},
		"a path too long":                  {fieldOrganization, s.Organization + "/invitations", fieldOrganization, fault.Invalid},
		"a query":                          {fieldOrganization, s.Organization + "?a=b", fieldOrganization, fault.Invalid},
		"another host":                     {fieldOrganization, "https://api.calendly.com/organizations/" + id, fieldOrganization, fault.Invalid},
		"an organization that is none":     {fieldOrganization, s.URL + "/organizations/AAAAAAAAAAAAAAAA", fieldOrganization, fault.Invalid},
		"somebody else's organization":     {fieldOrganization, who.organization, fieldOrganization, fault.Invalid},
		"http to another machine":          {fieldURL, "http://api.calendly.com", fieldURL, fault.Invalid},
		"an address with a path":           {fieldURL, s.URL + "/v2", fieldURL, fault.Invalid},
		"an address with a user":           {fieldURL, "https://a:b@api.calendly.com", fieldURL, fault.Invalid},
		"an address with a query":          {fieldURL, s.URL + "?", fieldURL, fault.Invalid},
		"no address":                       {fieldURL, "calendly", fieldURL, fault.Invalid},
		"an address of another kind":       {fieldURL, "ftp://localhost", fieldURL, fault.Invalid},
		"an address that is none at all":   {fieldURL, "http://[::1", fieldURL, fault.Invalid},
		"a date that is none":              {optionStart, "yesterday", optionStart, fault.Invalid},
		"a date that the calendar has not": {optionStart, "2026-02-30", optionStart, fault.Invalid},
	} {
		given := settings(s, "owner").With(map[string]string{b.key: b.value})
		if b.key == fieldKey {
			given.Secrets = map[string]vault.Secret{fieldKey: vault.NewSecret(b.value)}
		}
		_, err := verify(t, given)
		if fault.KindOf(err) != b.kind || fault.FieldOf(err) != b.field || fault.HintOf(err) == "" {
			t.Errorf("%s: %v (field %q, kind %s, hint %q), want field %q and kind %s",
				what, err, fault.FieldOf(err), fault.KindOf(err), fault.HintOf(err), b.field, b.kind)
		}
		if err != nil && b.key == fieldKey && len(b.value) > 8 && strings.Contains(fmt.Sprintf("%+v %s", err, fault.HintOf(err)), b.value) {
			t.Errorf("%s: the error shows the token", what)
		}
	}
}

func TestOpenSource_lists_streams_without_a_token_and_reads_none(t *testing.T) {
	t.Parallel()
	source, err := New(Deps{Now: time.Now}).OpenSource(t.Context(), connect.Settings{})
	if err != nil || len(source.Streams()) == 0 {
		t.Fatal(err)
	}
	if _, err := source.Discover(t.Context()); fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != fieldKey {
		t.Errorf("Discover: %v", err)
	}
	for _, err := range source.Read(t.Context(), connect.Reading{Streams: source.Streams()[:1]}) {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("Read: %v", err)
		}
	}
}

// What Discover says is what Read then does.
func TestDiscover_foretells_what_is_skipped(t *testing.T) {
	t.Parallel()
	for _, plan := range []string{"free", "teams", "enterprise"} {
		s := sandbox(t, calendlytest.Config{Seed: 12, Events: 150, Plan: plan, Tokens: scopes("users:read", "event_types:read", "contacts:read")})
		for _, token := range []string{"owner", "member", "few", "fewer"} {
			source := open(t, s, token, nil)
			all, err := source.Discover(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			c := readAll(t, open(t, s, token, nil))
			for i, stream := range source.Streams() {
				a, skip := all[i], c.skips[stream.Name]
				if a.Stream.Name != stream.Name || a.OK != (skip == "") || !a.OK && a.Reason != skip {
					t.Errorf("%s %s: %s: OK %t, %q; then skipped because of %q", plan, token, stream.Name, a.OK, a.Reason, skip)
				}
				if note := c.notes[stream.Name]; a.OK && a.Reason != note {
					t.Errorf("%s %s: %s: %q, then the note %q", plan, token, stream.Name, a.Reason, note)
				}
			}
		}
	}
}

func TestDiscover_costs_few_calls(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	api := emulator(t, calendlytest.Config{Seed: 12, Events: 5000})
	counted := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		api.ServeHTTP(w, r)
	})
	all, err := opened(t, counted, settings(api, "owner")).Discover(t.Context())
	if err != nil || len(all) != len(catalog()) {
		t.Fatal(all, err)
	}
	if n := calls.Load(); n > 32 {
		t.Errorf("%d calls, want about one for each of %d streams", n, len(all))
	}
}

// Calendly counts the calls of a user, whoever makes them.
func TestOpenSource_all_of_one_token_share_one_limiter(t *testing.T) {
	t.Parallel()
	var refused atomic.Int64
	world := emulator(t, calendlytest.Config{Seed: 13, Events: 1500, Rate: 600, Latency: 20 * time.Millisecond})
	synctest.Test(t, func(t *testing.T) {
		c := New(Deps{Now: func() time.Time { return noon }, Transport: inProcess{world}})
		began, calls := time.Now(), &atomic.Int64{}
		var all sync.WaitGroup
		for range 3 {
			source, err := c.OpenSource(t.Context(), settings(world, "owner"))
			if err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				observe := func(_ string, k connect.Calls) {
					refused.Add(int64(k.RateLimited))
					calls.Add(int64(k.Requests))
				}
				for _, err := range source.Read(t.Context(), connect.Reading{Streams: group(source, "scheduled_events"), Observe: observe}) {
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if rate := float64(calls.Load()) / time.Since(began).Minutes(); refused.Load() > 0 || rate > 800 {
			t.Errorf("%.0f calls a minute and %d refused, where 600 are allowed", rate, refused.Load())
		}
	})
}
