package calendly

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/vault"
)

// inProcess carries requests to a handler without a network, so that they can
// be made inside a synctest bubble.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(req *http.Request) (_ *http.Response, err error) {
	defer func() {
		switch v := recover(); v {
		case nil:
		case http.ErrAbortHandler: // the connection is cut
			err = context.Cause(req.Context())
		default:
			panic(v)
		}
	}()
	answer := httptest.NewRecorder()
	received := req.Clone(req.Context())
	received.Body = http.NoBody // which the client leaves out
	p.ServeHTTP(answer, received)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	return answer.Result(), nil
}

// emulator returns an emulator to be reached in process.
func emulator(t testing.TB, cfg calendlytest.Config) *calendlytest.Server {
	t.Helper()
	cfg.PublicURL = "http://localhost"
	if cfg.Clock == nil {
		cfg.Clock = func() time.Time { return noon }
	}
	s, err := calendlytest.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// inside returns a source that reaches an emulator in process.
func inside(t testing.TB, s *calendlytest.Server, token string, options map[string]string) connect.Source {
	t.Helper()
	return opened(t, s, settings(s, token).With(options))
}

func opened(t testing.TB, api http.Handler, s connect.Settings) connect.Source {
	t.Helper()
	c := New(Deps{Version: "test", Now: func() time.Time { return noon }, Transport: inProcess{api}})
	source, err := c.OpenSource(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// fake is an API of a few routes, whose lists fit into one page. Without a
// route of that path it answers 404. The caller is an admin.
type fake map[string]func(q url.Values) (status int, answer any)

type object = map[string]any

func (f fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body := http.StatusNotFound, any(object{"title": "Resource Not Found", "message": "The server could not find the requested resource."})
	if answer, ok := f[r.URL.Path]; ok {
		status, body = answer(r.URL.Query())
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	w.WriteHeader(status)
	_, _ = io.Copy(w, bytes.NewReader(text))
}

// listOf answers with a list of one page.
func listOf(records ...object) func(url.Values) (int, any) {
	return func(url.Values) (int, any) { return http.StatusOK, pageOf(records, "") }
}

func pageOf(records []object, next string) object {
	p := object{"count": len(records), "next_page": nil, "next_page_token": nil}
	if next != "" {
		p["next_page_token"] = next
	}
	return object{"collection": append([]object{}, records...), "pagination": p}
}

func refuses(status int, message string, scopes ...string) func(url.Values) (int, any) {
	return func(url.Values) (int, any) {
		return status, object{"title": http.StatusText(status), "message": message, "required_scopes": scopes}
	}
}

// newFake returns a fake that knows who the caller is.
func newFake() fake {
	return fake{
		"/users/me": func(url.Values) (int, any) {
			return http.StatusOK, object{"resource": object{
				"uri": "http://localhost/users/me1", "name": "Ann", "email": "ann@example.com", "current_organization": "http://localhost/organizations/o1",
			}}
		},
		"/organization_memberships": listOf(member("me1", "admin")),
		"/organizations/o1": func(url.Values) (int, any) {
			return http.StatusOK, object{"resource": object{"uri": "http://localhost/organizations/o1", "name": "Acme", "plan": "teams", "stage": "paid"}}
		},
	}
}

func member(id, role string) object {
	return object{
		"uri": "http://localhost/organization_memberships/m" + id, "role": role, "organization": "http://localhost/organizations/o1",
		"user": object{"uri": "http://localhost/users/" + id, "name": "N"},
	}
}

func fakeSettings() connect.Settings {
	return connect.Settings{
		Values:  map[string]string{fieldURL: "http://localhost"},
		Secrets: map[string]vault.Secret{fieldKey: vault.NewSecret("token")},
	}
}
