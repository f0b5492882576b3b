package calendly

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
)

// Whatever a server sends, what comes is a value or one of the client's
// errors, and never the token.
func FuzzAnswers(f *testing.F) {
	for _, body := range []string{
		`{"resource":{"uri":"https://api.calendly.com/users/A","created_at":"2026-02-25T18:13:01.136075Z","avatar_url":null}}`,
		`{"collection":[{"uri":"u","location":{"type":"zoom","data":{"id":1}},"cancellation":{}}],"pagination":{"count":1,"next_page":"https://api.calendly.com/a?page_token=x","next_page_token":"x"}}`,
		`{"title":"Invalid Argument","message":"m","details":[{"parameter":"p","message":"m","code":"c"}],"required_scopes":["users:read"]}`,
		`{"collection":[{"payment":{"amount":"1.5"},"tracking":[]}],"total_count":5}`, `<html>`, ``, `{`, `[[[`, `{"resource":[]}`, `{"collection":[null]}`,
		testToken, `{"collection":[{"start_time":"` + testToken + `"}]}`, `{"title":"` + testToken + `"}`, "{\"title\":\"\xff\"}",
	} {
		for _, status := range []int{200, 204, 302, 400, 403, 429, 502} {
			f.Add(status, body, "60")
		}
	}
	f.Fuzz(func(t *testing.T, status int, body, seconds string) {
		if status < 200 || status > 999 {
			return
		}
		c := fake(t, func(r *http.Request) (*http.Response, error) {
			return reply(r, status, body, "X-RateLimit-Reset", seconds, "Retry-After", seconds), nil
		}, WithAttempts(1))
		check := func(err error) {
			t.Helper()
			if err != nil && (strings.Contains(err.Error(), testToken) || !known(err)) {
				t.Errorf("%T: %v", err, err)
			}
		}
		user, err := c.Users.Get(t.Context(), "A")
		check(err)
		if err == nil && !json.Valid(user.Raw) {
			t.Errorf("the record is %q", user.Raw)
		}
		other := fake(t, c.transport.(transport), WithAttempts(1)) // it knows of no 429
		pages := 0
		for page, err := range other.ScheduledEvents.Pages(t.Context(), ScheduledEventOptions{}) {
			check(err)
			if pages++; err == nil && len(page.Collection) > 0 && !json.Valid(page.Collection[0].Raw) {
				t.Errorf("the record is %q", page.Collection[0].Raw)
			}
		}
		if pages > 3 {
			t.Errorf("%d pages came of the same answer", pages)
		}
	})
}

// known reports whether an error is one that the package promises.
func known(err error) bool {
	var (
		answered   *Error
		decoding   *DecodeError
		connection *ConnectionError
	)
	return errors.As(err, &answered) || errors.As(err, &decoding) || errors.As(err, &connection)
}

func FuzzRecord(f *testing.F) {
	f.Add(`{"uri":"u","payment":{"amount":"1"},"created_at":"2026-02-25T18:13:01Z","questions_and_answers":[{"position":1}]}`)
	f.Add(`{"uri":5,"tracking":[],"no_show":{"created_at":""}}`)
	f.Add(`{"payment":1,"payment":{"amount":"x"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var record Invitee
		if err := decode(json.RawMessage(text), &record); err != nil {
			return
		}
		if string(record.Raw) != text {
			t.Errorf("the record keeps %q", record.Raw)
		}
		if _, err := json.Marshal(record); err != nil {
			t.Errorf("what was read cannot be written: %v", err)
		}
	})
}
