package app

import (
	"bytes"
	"database/sql"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/vault"
)

// mapFile writes a map file and returns its path.
func (c *copied) mapFile(text string) string {
	c.t.Helper()
	path := filepath.Join(c.t.TempDir(), "map.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		c.t.Fatal(err)
	}
	return path
}

// mapped syncs streams with a map.
func (c *copied) mapped(path string, history []string, streams ...string) flow.Run {
	c.t.Helper()
	run, err := c.app.Sync(c.t.Context(), SyncRequest{
		From: "acme", To: "sqlite:" + c.file, Streams: streams, Map: path, History: history, MaxBadRows: MaxBadRows,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return run
}

// values returns what a query gives, as texts.
func (c *copied) values(query string) (all []string) {
	c.t.Helper()
	db, err := sql.Open("sqlite", c.file)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(c.t.Context(), query)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			c.t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
	return all
}

// persons returns what is known of those who met members: their addresses and
// names, what they answered, and their numbers.
func (c *copied) persons() map[string]bool {
	c.t.Helper()
	own := map[string]bool{} // that a credential is whose it is, the control database says
	for _, m := range must(c.t)(c.client.OrganizationMemberships.List(c.t.Context(), calendly.OrganizationMembershipOptions{Organization: c.org, Count: 100})).Collection {
		own[m.User.Email], own[m.User.Name] = true, true
	}
	offers := "" // what may be answered is no secret
	for e, err := range c.client.EventTypes.All(c.t.Context(), calendly.EventTypeOptions{Organization: c.org}) {
		if err != nil {
			c.t.Fatal(err)
		}
		offers += string(e.Raw)
	}
	all := map[string]bool{}
	add := func(values ...string) {
		for _, v := range values {
			if len(v) >= 8 && !own[v] && !strings.Contains(offers, v) {
				all[v] = true
			}
		}
	}
	for e, err := range c.client.ScheduledEvents.All(c.t.Context(), calendly.ScheduledEventOptions{Organization: c.org}) {
		if err != nil {
			c.t.Fatal(err)
		}
		for i, err := range c.client.Invitees.All(c.t.Context(), e.URI, calendly.InviteeOptions{}) {
			if err != nil {
				c.t.Fatal(err)
			}
			add(i.Email, i.Name)
			for _, q := range i.QuestionsAndAnswers {
				add(q.Answer)
			}
		}
	}
	return all
}

func must(t *testing.T) func(*calendly.Page[calendly.OrganizationMembership], error) *calendly.Page[calendly.OrganizationMembership] {
	return func(p *calendly.Page[calendly.OrganizationMembership], err error) *calendly.Page[calendly.OrganizationMembership] {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
}

// holding returns which of the values stand in a file of some folders, as they
// are or as JSON writes them.
func (c *copied) holding(values map[string]bool, folders ...string) (found []string) {
	c.t.Helper()
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			for v := range values {
				if bytes.Contains(content, []byte(v)) {
					found = append(found, v+" in "+filepath.Base(path))
				}
			}
			return err
		})
		if err != nil {
			c.t.Fatal(err)
		}
	}
	return found
}

const private = "personal: {email: hash, name: redact, phone: redact, answer: redact}\n"

func TestSync_with_a_map_leaves_personal_data_nowhere(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 31, Events: 150})
	planted := c.persons()
	if len(planted) < 100 {
		t.Fatalf("only %d values are planted", len(planted))
	}
	plain := filepath.Join(t.TempDir(), "plain.db") // so that the search is known to find
	if _, err := open(t, t.TempDir()).AddCredential(t.Context(), ownerOf(c.server, "acme")); err != nil {
		t.Fatal(err)
	}
	history := []string{"scheduled_events", "invitees", "contacts"}
	c.mapped(c.mapFile(private), history)
	c.exec(
		`CREATE TRIGGER one BEFORE INSERT ON invitees WHEN NEW.status = 'canceled' BEGIN SELECT raise(ABORT, 'no'); END`,
		`CREATE TRIGGER two BEFORE INSERT ON contacts BEGIN SELECT raise(ABORT, 'no'); END`,
	)
	run := c.mapped(c.mapFile(private+`
streams:
  invitees: {compute: {n: {expr: 'email endsWith "e" ? "1" : email', type: integer}}}
  contacts: {set: {source: calendly}}
`), history)
	refused, unmapped := 0, 0
	for _, q := range c.quarantined(flow.Which{}) {
		if q.Mapped {
			refused++
		} else {
			unmapped++
		}
	}
	if refused == 0 || unmapped == 0 {
		t.Fatalf("%d rows were refused and %d not mapped: that tries nothing\n%+v", refused, unmapped, run)
	}
	folders := []string{filepath.Dir(c.file), c.app.config.Home}
	if found := c.holding(planted, folders...); len(found) > 0 {
		t.Errorf("%d values are found, as %s", len(found), found[0])
	}
	if err := c.app.store.Close(); err != nil { // what was in logs is in the files now
		t.Fatal(err)
	}
	if found := c.holding(planted, folders...); len(found) > 0 {
		t.Errorf("%d values are found afterwards, as %s", len(found), found[0])
	}
	c.app = open(t, c.app.config.Home)
	c.file = plain
	c.mapped("", nil)
	if found := c.holding(planted, filepath.Dir(plain)); len(found) < len(planted)*9/10 {
		t.Errorf("the search finds only %d of %d values where all are", len(found), len(planted))
	}
}

func TestSync_with_another_map_writes_everything_again_and_with_none_goes_on(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 32, Events: 120})
	streams := []string{"scheduled_events", "invitees"}
	hashes := c.mapFile("streams: {invitees: {hash: [email]}}")
	upper := c.mapFile("streams: {invitees: {hash: [email], set: {source: calendly}}, scheduled_events: {to: meetings}}")
	first := c.mapped("", nil, streams...)
	for i, step := range []struct {
		path            string
		events, invitee bool // whether they are written anew
	}{{"", false, false}, {hashes, false, true}, {hashes, false, false}, {upper, true, true}, {upper, false, false}, {hashes, true, true}, {"", false, true}, {"", false, false}} {
		run := c.mapped(step.path, nil, streams...)
		for j, anew := range []bool{step.events, step.invitee} {
			if got, want := run.Streams[j].Records, first.Streams[j].Records; anew && got != want || !anew && got != 0 {
				t.Errorf("step %d: %d records of %s were written, of %d", i, got, run.Streams[j].Name, want)
			}
		}
	}
	if n := c.count("meetings"); n != first.Streams[0].Records {
		t.Errorf("%d meetings are in the table that the map names", n)
	}
	if addresses := c.count("invitees WHERE email LIKE '%@%'"); addresses != c.count("invitees") {
		t.Errorf("after the last run %d addresses are there", addresses)
	}
}

func TestSync_with_another_map_still_notices_what_is_gone(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 33, Events: 50})
	c.mapped("", nil, "contacts")
	page, err := c.client.Contacts.List(t.Context(), calendly.ContactOptions{})
	if err != nil || len(page.Collection) == 0 {
		t.Fatalf("there are no contacts: %v", err)
	}
	if err := c.client.Contacts.Delete(t.Context(), page.Collection[0].URI); err != nil {
		t.Fatal(err)
	}
	c.mapped(c.mapFile("streams: {contacts: {set: {source: calendly}}}"), nil, "contacts")
	if n := c.count("contacts WHERE _deleted_at IS NOT NULL"); n != 1 {
		t.Errorf("%d contacts are marked as deleted, want 1", n)
	}
}

func TestVerify_compares_records_as_they_are_mapped(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 34, Events: 200})
	path := c.mapFile(private + `
streams:
  scheduled_events: {to: meetings, filter: status == "active"}
  invitees: {to: people, rename: {uri: id}, omit: [_raw], compute: {n: {expr: 'email startsWith "a" ? "x" : "1"', type: integer}}}
  contacts: {hash: [uri]}
`)
	c.mapped(path, nil)
	verify := func(repair bool) flow.Proof {
		proof, err := c.verify(VerifyRequest{Copy: SyncRequest{Map: path}, Repair: repair})
		if err != nil && fault.KindOf(err) != fault.Conflict {
			t.Fatal(err)
		}
		return proof
	}
	proof := verify(false)
	if !proof.Equal {
		t.Fatalf("at first:\n%s", found(proof))
	}
	for _, s := range proof.Streams {
		if s.Name == "invitees" && (s.Unchecked == 0 || s.Unchecked != len(c.quarantined(flow.Which{}))) {
			t.Errorf("%d invitees are unchecked, %d cannot be mapped", s.Unchecked, len(c.quarantined(flow.Which{})))
		}
	}
	c.exec(
		"DELETE FROM meetings WHERE rowid <= 3", "UPDATE people SET email = 'x' WHERE rowid <= 4",
		"UPDATE meetings SET uri = replace(uri, '/scheduled_events/', '/scheduled_events/x') WHERE rowid = 9",
		"UPDATE contacts SET uri = '0123456789abcdef0123456789abcdef' WHERE rowid = 1",
	)
	proof = verify(false)
	got := counts(proof, "scheduled_events", "invitees", "contacts")
	if got["scheduled_events"] != [3]int{4, 0, 1} || got["contacts"] != [3]int{1, 0, 0} || got["invitees"][1] != 4 {
		t.Errorf("found %v\n%s", got, found(proof))
	}
	for _, s := range proof.Streams {
		if s.Name == "contacts" && (s.Unchecked != 1 || !strings.Contains(s.Reason, "hashed")) {
			t.Errorf("the row whose key is no hash of a contact's: %+v", s)
		}
	}
	if proof = verify(true); !proof.Equal {
		t.Errorf("the repair:\n%s", found(proof))
	}
	if proof = verify(false); !proof.Equal {
		t.Errorf("after the repair:\n%s", found(proof))
	}
}

func TestVerify_finds_a_row_that_the_filter_leaves_out(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 35, Events: 100})
	c.mapped("", nil, "scheduled_events")
	canceled := c.count("scheduled_events WHERE status = 'canceled'")
	path := c.mapFile("streams: {scheduled_events: {filter: status == 'active'}}")
	req := VerifyRequest{Copy: SyncRequest{Map: path}}
	proof, err := c.verify(req, "scheduled_events")
	if got := counts(proof, "scheduled_events")["scheduled_events"]; err == nil || got != [3]int{0, 0, canceled} || canceled == 0 {
		t.Errorf("%d are canceled, found %v: %v", canceled, got, err)
	}
	req.Repair = true
	if _, err := c.verify(req, "scheduled_events"); err != nil || c.count("scheduled_events WHERE status = 'canceled'") != 0 {
		t.Errorf("the repair: %v", err)
	}
}

func TestHashKey_is_one_for_the_home_and_kept_sealed(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 36, Events: 40})
	path := c.mapFile("streams: {users: {hash: [email]}, organization_memberships: {hash: [user_email]}}")
	hashes := func(a *App, home string) string {
		t.Helper()
		c.app, c.file = a, filepath.Join(t.TempDir(), "copy.db")
		if home != "" {
			if _, err := a.AddCredential(t.Context(), ownerOf(c.server, "acme")); err != nil {
				t.Fatal(err)
			}
		}
		c.mapped(path, nil, "users")
		return strings.Join(c.values("SELECT email FROM users ORDER BY uri"), " ")
	}
	one, home := c.app, c.app.config.Home
	first := hashes(one, "")
	if strings.Contains(first, "@") || hashes(one, "") != first || hashes(open(t, home), "") != first {
		t.Error("the hashes of one home differ")
	}
	if other := t.TempDir(); hashes(open(t, other), other) == first {
		t.Error("the hashes of two homes are the same")
	}
	given := func(key string) *App {
		a := open(t, t.TempDir())
		a.config.HashKey = vault.NewSecret(key)
		return a
	}
	a, b := hashes(given("a key for several machines"), "x"), hashes(given("a key for several machines"), "x")
	if a != b || a == first {
		t.Error("a given key does not decide alone")
	}
	if _, err := given("short").hashKey(t.Context()); fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != "hash_key" {
		t.Errorf("a short key: %v", err)
	}
	key, err := one.hashKey(t.Context())
	if err != nil || len(key.Reveal()) < hashKeySize {
		t.Fatalf("the key: %v", err)
	}
	if found := c.holding(map[string]bool{key.Reveal(): true}, home); len(found) > 0 {
		t.Error("the key stands in a file")
	}
	if err := os.Remove(one.config.KeyFile); err != nil {
		t.Fatal(err)
	}
	if _, err := one.hashKey(t.Context()); fault.KindOf(err) != fault.NotFound || fault.HintOf(err) == "" {
		t.Errorf("without the vault key: %v", err)
	}
	if _, err := vault.CreateKeyFile(one.config.KeyFile); err != nil {
		t.Fatal(err)
	}
	if _, err := one.hashKey(t.Context()); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.HintOf(err), "KALENDS_HASH_KEY") {
		t.Errorf("with another vault key: %v", err)
	}
}

func TestPreview_shows_ten_rows_of_each_stream_with_few_calls(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 37, Events: 800})
	before := c.requestsOf("")
	previews, err := c.app.Preview(t.Context(), SyncRequest{
		From: "acme", Map: c.mapFile(private + "streams: {invitees: {to: people, rename: {uri: id}}}"), Streams: []string{"scheduled_events", "invitees", "contacts"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if calls := c.requestsOf("") - before; calls > 2*previewCalls {
		t.Errorf("it took %d calls", calls)
	}
	for _, p := range previews {
		if len(p.Rows) != previewed {
			t.Errorf("%s has %d rows", p.Source.Name, len(p.Rows))
		}
		for _, row := range p.Rows {
			if row.Err != nil || len(row.Before.Values) != len(p.Source.Columns) || len(row.After.Values) != len(p.Target.Columns) {
				t.Errorf("%s: %+v", p.Source.Name, row)
			}
		}
	}
	if people := previews[1]; people.Target.Name != "people" || people.Target.Columns[0].Name != "id" {
		t.Errorf("invitees become %+v", people.Target)
	}
	if _, err := os.Stat(c.file); err == nil {
		t.Error("something was written")
	}
}
