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

func FuzzSearch(f *testing.F) {
	for _, term := range []string{"token", `"a b" | c*`, "-(x + y)", "((", "))", "|", "-", `"`, "*", "--a", "()"} {
		f.Add(term, "API Token_Created Zoë zoe@example.com")
	}
	f.Fuzz(func(_ *testing.T, term, text string) {
		parseSearch(term)(searchable(text))
	})
}
