package calendlytest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// FuzzRequest sends any path and query: each gets JSON and a status that the
// reference knows.
func FuzzRequest(f *testing.F) {
	s := newServer(f, Config{Seed: 3, Events: 60})
	for i := range s.table.routes {
		r := &s.table.routes[i]
		query := ""
		for name := range strings.FieldsSeq(r.params) {
			query += "&" + with("", name, s.Organization)[1:]
		}
		if r.write != nil || strings.Contains(r.pattern, adminPath) {
			continue
		}
		path := strings.NewReplacer("{uuid}", s.home.id(kindEvent, 1, 0), "{", "", "}", "").Replace(strings.TrimPrefix(r.pattern, "GET "))
		f.Add(path, query+"&count=1&page_token=x")
	}
	f.Add("/scheduled_events", with("", "organization", s.Organization, "min_start_time", "9999-12-31T23:59:59Z", "max_start_time", "0001-01-01T00:00:00Z")[1:])
	f.Add("/activity_log_entries", with("", "organization", s.Organization, "search_term", `((-("a b" +|`, "sort", "action:desc,,")[1:])
	f.Add("/%zz", "%zz=%&;=")
	f.Fuzz(func(t *testing.T, path, query string) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		r.URL.Path, r.URL.RawQuery = path, query
		r.Header.Set("Authorization", "Bearer "+s.Tokens["owner"])
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if !json.Valid(w.Body.Bytes()) || !slices.Contains([]int{200, 400, 403, 404}, w.Code) {
			t.Errorf("GET %s?%s: %d %s", path, query, w.Code, w.Body)
		}
	})
}

// FuzzWrite sends any body to any operation that writes: each gets a status
// that the reference knows, and the world stays readable.
func FuzzWrite(f *testing.F) {
	s := newServer(f, Config{Seed: 3, Events: 60})
	var writes []*route
	for i := range s.table.routes {
		if r := &s.table.routes[i]; r.write != nil && r.scope != "" {
			writes = append(writes, r)
		}
	}
	kind, user, contact := s.home.uri(kindEventType, 0), s.home.uri(kindUser, 0), s.home.uri(kindContact, 1)
	for n := range writes {
		for _, body := range []string{
			``, `null`, `[]`, `{"a":1}{`, `{"email":"a@example.com","emails":["a@example.com"],"name":"x","label":"y","field_type":"text","contact":"` + contact + `","title":"t"}`,
			`{"event_type":"` + kind + `","start_time":"2026-11-24T10:00:00Z","invitee":{"email":"a@example.com","name":"A","timezone":"UTC"},"questions_and_answers":[{"question":"?"}]}`,
			`{"name":"n","owner":"` + user + `","host":"` + user + `","duration":30,"duration_options":[1,2],"date_setting":{"type":"spots","spots":[{"start_time":"0001-01-01T00:00:00Z","end_time":"9999-01-01T00:00:00Z"}]},"locations":[{"kind":"custom"}]}`,
			`{"url":"http://x","events":["invitee.created"],"organization":"` + s.Organization + `","scope":"user","user":"` + user + `","signing_key":"k"}`,
			`{"availability_rule":{"timezone":"UTC","rules":[{"type":"date","date":"2026-11-25","intervals":[{"from":"09:00","to":"10:00"}]}]},"daily_limit":null,"reason":"r","contacts":["` + contact + `"]}`,
		} {
			f.Add(uint8(n), s.home.id(kindEvent, 59, 0), "user="+user+"&event_type="+kind, body)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, id, query, body string) {
		pattern := writes[int(n)%len(writes)].pattern
		method, path, _ := strings.Cut(pattern, " ")
		r := httptest.NewRequestWithContext(t.Context(), method, "/", strings.NewReader(body))
		r.URL.Path, r.URL.RawQuery = strings.NewReplacer("{uuid}", id, "{webhook_uuid}", id, "{org_uuid}", s.home.id(kindOrganization, 0, 0)).Replace(path), query
		r.Header.Set("Authorization", "Bearer "+s.Tokens["owner"])
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusNoContent && !json.Valid(w.Body.Bytes()) || !slices.Contains([]int{200, 201, 202, 204, 400, 403, 404, 409}, w.Code) {
			t.Errorf("%s %s: %d %s", pattern, body, w.Code, w.Body)
		}
		for _, target := range []string{"/contacts?sort=updated_at:desc&count=2", with("/event_types", "organization", s.Organization, "count", "1"), with("/scheduled_events", "organization", s.Organization, "sort", "start_time:desc", "count", "2")} {
			must(t, s, "owner", target)
		}
	})
}

func FuzzSearch(f *testing.F) {
	for _, term := range []string{"token", `"a b" | c*`, "-(x + y)", "((", "))", "|", "-", `"`, "*", "--a", "()"} {
		f.Add(term, "API Token_Created Zoë zoe@example.com")
	}
	f.Fuzz(func(_ *testing.T, term, text string) {
		parseSearch(term)(searchable(text))
	})
}

// FuzzOAuth sends any form to the operations of OAuth, and any query.
func FuzzOAuth(f *testing.F) {
	s := newServer(f, Config{Seed: 3, Events: 10})
	client := "client_id=" + s.App.ClientID + "&client_secret=" + s.App.ClientSecret
	for _, body := range []string{
		"", "%zz", client + "&grant_type=refresh_token&refresh_token=x", client + "&grant_type=authorization_code&code=x", client + "&token=x",
		client + "&response_type=code&redirect_uri=http://localhost/&scope=users:read&state=%00&code_challenge=x&code_challenge_method=S256",
	} {
		for n := range oauthRoutes() {
			f.Add(uint8(n), body)
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, text string) {
		method, path, _ := strings.Cut(oauthRoutes()[int(n)%len(oauthRoutes())].pattern, " ")
		r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(text))
		r.URL.RawQuery = text
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != http.StatusFound && !json.Valid(w.Body.Bytes()) || !slices.Contains([]int{200, 302, 400, 401}, w.Code) {
			t.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	})
}
