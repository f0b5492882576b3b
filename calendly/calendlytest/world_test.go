package calendlytest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/quick"
	"time"
	"unicode"
	"unicode/utf8"
)

func TestID_leads_back_to_what_it_was_minted_for(t *testing.T) {
	t.Parallel()
	c, other := newCodec(1), newCodec(2)
	seen := map[string]bool{}
	err := quick.Check(func(k uint8, index uint64, sub uint16) bool {
		r := ref{kind: kind(k % 64), index: int(index % (1 << indexBits)), sub: int(sub % (1 << subBits))}
		id := c.id(r)
		back, ok := c.ref(id)
		_, foreign := other.ref(id)
		_, upper := c.ref(strings.ToUpper(id))
		twice := seen[id]
		seen[id] = true
		return ok && back == r && !foreign && (!upper || strings.ToUpper(id) == id) && !twice && looksLikeUUIDv4(id)
	}, &quick.Config{MaxCount: 20_000})
	if err != nil {
		t.Error(err)
	}
}

func looksLikeUUIDv4(id string) bool {
	return len(id) == 36 && id[14] == '4' && strings.ContainsRune("89ab", rune(id[19])) &&
		strings.Trim(strings.ReplaceAll(id, "-", ""), "0123456789abcdef") == "" && strings.Count(id, "-") == 4
}

func FuzzID(f *testing.F) {
	c := newCodec(1)
	f.Add(c.id(ref{kind: kindEvent, index: 5}))
	f.Add("00000000-0000-4000-8000-000000000000")
	f.Fuzz(func(t *testing.T, id string) {
		if r, ok := c.ref(id); ok && c.id(r) != id {
			t.Errorf("%q is taken for %v, whose id is %s", id, r, c.id(r))
		}
	})
}

func TestShuffle_is_a_bijection(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 3, 10, 97, 1000, 1 << 12} {
		s := newShuffle(n, draw{state: uint64(n)})
		seen := make([]bool, n)
		for i := range n {
			p := s.at(i)
			if seen[p] || s.of(p) != i {
				t.Fatalf("n = %d: place of %d is %d, and back %d", n, i, p, s.of(p))
			}
			seen[p] = true
		}
	}
}

func TestWorld_is_a_function_of_its_configuration(t *testing.T) {
	t.Parallel()
	cfg := Config{Seed: 6, Events: 400}
	a, b := newServer(t, cfg), newServer(t, cfg)
	cfg.Clock = func() time.Time { return noon().Add(20 * time.Second) }
	sameMinute := newServer(t, cfg)
	cfg.Clock = func() time.Time { return noon().Add(24 * time.Hour) }
	tomorrow := newServer(t, cfg)
	for _, target := range []string{
		with("/scheduled_events", "organization", a.Organization, "count", "100", "sort", "start_time:desc"),
		with("/event_types", "organization", a.Organization, "count", "100"),
		with("/activity_log_entries", "organization", a.Organization, "count", "1000"),
		with("/contacts", "count", "100", "sort", "updated_at:desc"),
		a.home.uri(kindEvent, 77) + "/invitees",
	} {
		want := do(t, a, "owner", http.MethodGet, target).Body.String()
		for name, s := range map[string]*Server{"twin": b, "made later in the minute": sameMinute} {
			if got := do(t, s, "owner", http.MethodGet, target).Body.String(); got != want {
				t.Errorf("GET %s: the %s differs", target, name)
			}
		}
		if do(t, tomorrow, "owner", http.MethodGet, target).Body.String() == want {
			t.Errorf("GET %s: the world does not move with the clock", target)
		}
	}
}

func TestWorld_lies_around_its_clock(t *testing.T) {
	t.Parallel()
	for _, events := range []int{1, 2, 30, 5000} {
		s := newServer(t, Config{Seed: 6, Events: events, History: 100 * 24 * time.Hour, Future: 10 * 24 * time.Hour})
		starts := make([]int64, events)
		ahead := 0
		for i := range starts {
			starts[i] = s.home.startOf(i)
			if starts[i] > s.home.now {
				ahead++
			}
		}
		first, last := s.home.now-101*day, s.home.now+11*day
		if !slices.IsSorted(starts) || starts[0] < first || starts[events-1] > last {
			t.Errorf("%d events: sorted %t, from %s to %s", events, slices.IsSorted(starts), stampSeconds(starts[0]), stampSeconds(starts[events-1]))
		}
		if events == 5000 && (ahead < 50 || ahead > 1000) {
			t.Errorf("%d of %d events lie ahead", ahead, events)
		}
	}
}

func TestWorld_without_events_answers_everything(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 6, Events: -1})
	for _, target := range []string{
		with("/scheduled_events", "organization", s.Organization), with("/event_types", "organization", s.Organization), "/contacts", "/meeting_recaps",
		with("/contacts", "sort", "updated_at:asc"), "/contact_lists", with("/outgoing_communications", "organization", s.Organization),
		with("/routing_form_submissions", "form", s.home.uri(kindRoutingForm, 0)), with("/activity_log_entries", "organization", s.Organization),
		with("/user_busy_times", "user", s.home.uri(kindUser, 0), "start_time", "2026-11-24T00:00:00Z", "end_time", "2026-11-25T00:00:00Z"),
	} {
		must(t, s, "owner", target)
	}
	if rows := all(t, s, "owner", with("/scheduled_events", "organization", s.Organization)); len(rows) != 0 {
		t.Errorf("%d events", len(rows))
	}
	for _, name := range webhookEvents() {
		must(t, s, "owner", sampleURL(s, name))
	}
}

func TestPeople_have_names_of_the_world_and_plain_addresses(t *testing.T) {
	t.Parallel()
	w := newServer(t, Config{Seed: 6, Members: 400}).home
	scripts := map[string]*unicode.RangeTable{
		"Arabic": unicode.Arabic, "Hebrew": unicode.Hebrew, "Han": unicode.Han, "Hangul": unicode.Hangul, "Cyrillic": unicode.Cyrillic,
		"Greek": unicode.Greek, "Thai": unicode.Thai, "Devanagari": unicode.Devanagari, "emoji": unicode.So,
	}
	slugs := map[string]bool{}
	for _, m := range w.members {
		for name, script := range scripts {
			if strings.ContainsFunc(m.written, func(r rune) bool { return unicode.Is(script, r) }) {
				delete(scripts, name)
			}
		}
		if slugs[m.slug] || strings.ContainsFunc(m.slug+m.email, func(r rune) bool { return r >= utf8.RuneSelf || r <= ' ' }) {
			t.Errorf("slug %q, e-mail %q", m.slug, m.email)
		}
		slugs[m.slug] = true
	}
	if len(scripts) > 0 {
		t.Errorf("nobody among 400 has a name in %v", scripts)
	}
	for p := range w.people {
		if found, ok := w.guestByEmail(w.guest(p).email); !ok || found != p {
			t.Fatalf("%s is not found again", w.guest(p).email)
		}
	}
}

func TestConfig_refuses_what_makes_no_sense(t *testing.T) {
	t.Parallel()
	for want, cfg := range map[string]Config{
		"events:":      {Events: maxEvents + 1},
		"members:":     {Members: 2},
		"plan:":        {Plan: "gold"},
		"rate:":        {Rate: -1},
		"latency:":     {Latency: -1},
		"history,":     {History: -1},
		"public URL:":  {PublicURL: "example.com"},
		"a path":       {PublicURL: "https://example.com/"},
		`role "king"`:  {Tokens: []Token{{Name: "x", Role: "king"}}},
		"only once":    {Tokens: []Token{{Name: "x", Role: "owner"}, {Name: "x", Role: "owner"}}},
		`scope "all"`:  {Tokens: []Token{{Name: "x", Role: "owner", Scopes: []string{"all"}}}},
		"another toke": {Tokens: []Token{{Name: "x", Role: "owner", Secret: "s"}, {Name: "y", Role: "owner", Secret: "s"}}},
	} {
		if cfg.PublicURL == "" {
			cfg.PublicURL = "http://localhost:1"
		}
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: error %v, want %q", cfg, err, want)
		}
	}
	if _, err := New(Config{}); err == nil {
		t.Error("New needs no public URL")
	}
}

func TestTokens_may_be_chosen(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Tokens: []Token{{Name: "owner", Role: "member", Secret: "hush"}}})
	if s.Tokens["owner"] != "hush" || len(s.Tokens) != 4 {
		t.Errorf("tokens %v", s.Tokens)
	}
	me := must(t, s, "owner", "/users/me")["resource"].(object)
	if me["uri"] != s.home.uri(kindUser, s.home.member()) {
		t.Errorf("the token of a member speaks for %v", me["uri"])
	}
}
