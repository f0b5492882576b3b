package calendly

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// answerOf returns the error that an answer is.
func answerOf(t *testing.T, status int, body string, headers ...string) *Error {
	t.Helper()
	c := fake(t, func(r *http.Request) (*http.Response, error) { return reply(r, status, body, headers...), nil }, WithAttempts(1))
	_, err := c.Users.Get(t.Context(), "A")
	var answered *Error
	if !errors.As(err, &answered) {
		t.Fatalf("the error is %v", err)
	}
	return answered
}

func TestError_has_what_calendly_said(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status int
		body   string
		want   Error
		text   string
	}{
		"details": {
			400, `{"title":"Invalid Argument","message":"The supplied parameters are invalid.","details":[{"parameter":"email","message":"must be filled"},{"message":"whole","code":"c"}]}`,
			Error{
				Title: "Invalid Argument", Message: "The supplied parameters are invalid.",
				Details: []ErrorDetail{{Parameter: "email", Message: "must be filled"}, {Message: "whole", Code: "c"}},
			},
			"GET /users/A: 400 Invalid Argument. The supplied parameters are invalid. (email must be filled) (whole)",
		},
		"scopes": {
			403, `{"title":"Insufficient scope","message":"This operation requires the scopes listed in the 'required_scopes' array.","required_scopes":["users:read"]}`,
			Error{
				Title: "Insufficient scope", Message: "This operation requires the scopes listed in the 'required_scopes' array.",
				RequiredScopes: []string{"users:read"},
			},
			"GET /users/A: 403 Insufficient scope. This operation requires the scopes listed in the 'required_scopes' array. (users:read)",
		},
		"some of another type": {
			404, `{"title":["x"],"message":"Not here","details":{"a":1},"required_scopes":null}`,
			Error{Message: "Not here"}, "GET /users/A: 404 Not here.",
		},
		"HTML":          {502, "<html>Bad gateway</html>", Error{}, "GET /users/A: 502 Bad Gateway"},
		"empty":         {503, "", Error{}, "GET /users/A: 503 Service Unavailable"},
		"a list":        {500, "[1]", Error{}, "GET /users/A: 500 Internal Server Error"},
		"null":          {500, "null", Error{}, "GET /users/A: 500 Internal Server Error"},
		"nobody's code": {599, "x", Error{}, "GET /users/A: 599"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := answerOf(t, c.status, c.body)
			if got.Error() != c.text {
				t.Errorf("the text is %q, want %q", got, c.text)
			}
			c.want.Method, c.want.Path, c.want.Status, c.want.Body = "GET", "/users/A", c.status, []byte(c.body)
			if diff := cmp.Diff(c.want, *got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestError_keeps_a_part_of_a_long_body(t *testing.T) {
	t.Parallel()
	if e := answerOf(t, 500, strings.Repeat("a", 1<<20)); len(e.Body) != maxErrorBody {
		t.Errorf("%d bytes were kept", len(e.Body))
	}
}

func TestError_does_not_hold_a_token_that_was_sent_back(t *testing.T) {
	t.Parallel()
	escaped := strings.ReplaceAll(testToken, ".", `\u002e`)
	e := answerOf(t, 401, `{"title":"Bearer `+testToken+`","message":"`+escaped+`","details":[{"parameter":"`+testToken+`","message":"`+testToken+`","code":"`+testToken+
		`"}],"required_scopes":["`+testToken+`"]}`)
	for _, text := range append([]string{e.Error(), e.Title, e.Message, e.Details[0].Parameter, e.Details[0].Code}, e.RequiredScopes...) {
		if strings.Contains(text, "secret-token") {
			t.Errorf("%q has the token", text)
		}
	}
	if strings.Contains(string(answerOf(t, 500, "<pre>Authorization: Bearer "+testToken+"</pre>").Body), "secret-token") {
		t.Error("the body has the token")
	}
	c := fake(t, func(*http.Request) (*http.Response, error) {
		return nil, errors.New("malformed HTTP response: " + testToken)
	}, WithAttempts(1))
	if _, err := c.Users.Me(t.Context()); err == nil || strings.Contains(err.Error(), "secret-token") {
		t.Errorf("the error of a connection is %v", err)
	}
}

func TestError_shows_no_query(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]transport{
		"an answer":     func(r *http.Request) (*http.Response, error) { return reply(r, 400, ""), nil },
		"no connection": func(*http.Request) (*http.Response, error) { return nil, errors.New("refused") },
		"an URL's error": func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Get", URL: r.URL.String(), Err: errors.New("refused")}
		},
		"another type": func(r *http.Request) (*http.Response, error) { return reply(r, 200, `{"collection":[1]}`), nil },
		"an endless one": func(r *http.Request) (*http.Response, error) {
			return reply(r, 200, `{"collection":[],"pagination":{"next_page_token":"a"}}`), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := fake(t, f, WithAttempts(1))
			for _, err := range c.ScheduledEvents.All(t.Context(), ScheduledEventOptions{InviteeEmail: "private@example.com"}) {
				if err == nil || strings.Contains(err.Error(), "private") || !strings.Contains(err.Error(), "GET /scheduled_events: ") {
					t.Errorf("the error is %v", err)
				}
			}
			if _, err := c.ListRaw(t.Context(), "https://api.calendly.com/teams?email=private", nil); err != nil && strings.Contains(err.Error(), "private") {
				t.Errorf("the error is %v", err)
			}
			if _, err := c.GetRaw(t.Context(), "https://api.calendly.com/te%zzams?email=private", nil); err == nil || strings.Contains(err.Error(), "private") {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
