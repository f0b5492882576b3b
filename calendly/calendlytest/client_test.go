package calendlytest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// noon is the clock of worlds whose contents a test relies on.
func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 30, 0, time.UTC) }

// newServer returns a server without a network.
func newServer(t testing.TB, cfg Config) *Server {
	t.Helper()
	if cfg.Clock == nil {
		cfg.Clock = noon
	}
	cfg.PublicURL = "http://sandbox.test"
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// object is a decoded JSON object.
type object = map[string]any

// do sends one request with the token of that name and returns the answer.
func do(t testing.TB, s *Server, token, method, target string) *httptest.ResponseRecorder {
	t.Helper()
	return send(t, s, token, method, target, http.NoBody)
}

// send is do with a body. The answer must be as the schema says.
func send(t testing.TB, s *Server, token, method, target string, body io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/", body)
	u, err := url.Parse(strings.TrimPrefix(target, s.URL))
	if err != nil {
		t.Fatal(err)
	}
	r.URL = u
	if secret := s.Tokens[token]; secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	conforms(t, s, method, u.Path, w)
	return w
}

// get returns the status and the object of a GET.
func get(t testing.TB, s *Server, token, target string) (int, object) {
	t.Helper()
	w := do(t, s, token, http.MethodGet, target)
	var body object
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%s: %v in %q", target, err, w.Body)
	}
	return w.Code, body
}

// write sends a JSON body, none for nil, and returns the status and the object answered, nil
// when there is none.
func write(t testing.TB, s *Server, token, method, target string, body any) (int, object) {
	t.Helper()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			t.Fatal(err)
		}
	}
	w := send(t, s, token, method, target, bytes.NewReader(text))
	var answer object
	if w.Body.Len() > 0 {
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%s %s: %v in %q", method, target, err, w.Body)
		}
	}
	return w.Code, answer
}

// post is write for a POST that has to succeed with 201; it returns the resource.
func post(t testing.TB, s *Server, token, target string, body any) object {
	t.Helper()
	status, answer := write(t, s, token, http.MethodPost, target, body)
	if status != http.StatusCreated {
		t.Fatalf("POST %s: %d %v", target, status, answer)
	}
	return answer["resource"].(object)
}

// refused sends a body that must get exactly the error wanted.
func refused(t testing.TB, s *Server, token, operation string, body any, want *apiError) {
	t.Helper()
	method, target, _ := strings.Cut(operation, " ")
	status, answer := write(t, s, token, method, target, body)
	var expected object
	if err := json.Unmarshal(encode(want), &expected); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(expected, answer); diff != "" || status != want.status {
		t.Errorf("%s as %s: %d, want %d\n%s", operation, token, status, want.status, diff)
	}
}

// must returns the object of a GET that has to succeed.
func must(t testing.TB, s *Server, token, target string) object {
	t.Helper()
	status, body := get(t, s, token, target)
	if status != http.StatusOK {
		t.Fatalf("GET %s: %d %v", target, status, body)
	}
	return body
}

// all follows next_page to the end and returns every row.
func all(t testing.TB, s *Server, token, target string) []object {
	t.Helper()
	var rows []object
	for next := target; next != ""; {
		body := must(t, s, token, next)
		for _, row := range body["collection"].([]any) {
			rows = append(rows, row.(object))
		}
		next = ""
		if p, ok := body["pagination"].(object); ok && p["next_page"] != nil {
			next = p["next_page"].(string)
		}
	}
	return rows
}

// with returns path with a query of the pairs.
func with(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return path + "?" + q.Encode()
}

// asObject returns v as a client sees it.
func asObject(t *testing.T, v any) object {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var o object
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	return o
}
