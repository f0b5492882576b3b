package calendly

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rows is a server with a list of n teams, on pages of as many as count says.
type rows struct {
	n     int
	asked []string // queries
	bare  bool     // pages are named by next_page alone
}

func (s *rows) RoundTrip(r *http.Request) (*http.Response, error) {
	q := r.URL.Query()
	s.asked = append(s.asked, q.Encode())
	var from, count int
	_, _ = fmt.Sscan(q.Get("page_token"), &from)
	if _, err := fmt.Sscan(q.Get("count"), &count); err != nil {
		count = 20
	}
	page := map[string]any{"next_page": nil, "next_page_token": nil}
	if from+count < s.n {
		q.Set("page_token", fmt.Sprint(from+count))
		page["next_page"] = "https://api.calendly.com/teams?" + q.Encode()
		if !s.bare {
			page["next_page_token"] = q.Get("page_token")
		}
	}
	collection := []any{}
	for i := from; i < min(from+count, s.n); i++ {
		collection = append(collection, map[string]any{"uri": fmt.Sprintf("https://api.calendly.com/teams/%d", i)})
	}
	body, err := json.Marshal(map[string]any{"collection": collection, "pagination": page})
	return reply(r, 200, string(body)), err
}

func TestList_all_reads_every_row_once_and_as_often_as_asked(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 99, 100, 101, 345} {
		for _, bare := range []bool{false, true} {
			s := &rows{n: n, bare: bare}
			teams := newClient(t, WithTransport(s)).Teams.All(t.Context(), TeamOptions{User: "https://api.calendly.com/users/A"})
			if len(s.asked) > 0 {
				t.Errorf("%d requests went out before the first pull", len(s.asked))
			}
			for range 2 {
				i := 0
				for team, err := range teams {
					if err != nil || team.URI.ID() != fmt.Sprint(i) {
						t.Fatalf("row %d of %d is %s, %v", i, n, team.URI, err)
					}
					i++
				}
				if i != n {
					t.Errorf("%d rows of %d came", i, n)
				}
			}
			for _, q := range s.asked {
				values, err := url.ParseQuery(q)
				if err != nil || values.Get("user") != "https://api.calendly.com/users/A" || values.Get("count") != "100" {
					t.Errorf("a request asked for %s", q)
				}
			}
			if want := 2 * max((n+99)/100, 1); len(s.asked) != want {
				t.Errorf("%d requests, want %d", len(s.asked), want)
			}
		}
	}
}

func TestList_sends_no_more_than_is_pulled(t *testing.T) {
	t.Parallel()
	s := &rows{n: 500}
	c := newClient(t, WithTransport(s))
	for range c.Teams.All(t.Context(), TeamOptions{Count: 10}) {
		break
	}
	if diff := cmp.Diff([]string{"count=10"}, s.asked); diff != "" {
		t.Errorf("after one row: -want +got:\n%s", diff)
	}
	s.asked = nil
	page, err := c.Teams.List(t.Context(), TeamOptions{PageToken: "40"})
	if err != nil || len(page.Collection) != 20 || *page.Pagination.NextPageToken != "60" {
		t.Errorf("got %+v, %v", page, err)
	}
	if diff := cmp.Diff([]string{"page_token=40"}, s.asked); diff != "" {
		t.Errorf("of one page: -want +got:\n%s", diff)
	}
}

func TestList_that_does_not_end_is_an_error(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]string{
		"token again":      `"next_page_token":"a"`,
		"page again":       `"next_page":"https://api.calendly.com/teams?page_token=a"`,
		"page with none":   `"next_page":"https://api.calendly.com/teams?count=1"`,
		"where we started": `"next_page_token":"start"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent := 0
			c := fake(t, func(r *http.Request) (*http.Response, error) {
				sent++
				return reply(r, 200, `{"collection":[{"uri":"https://api.calendly.com/teams/A"}],"pagination":{`+next+`}}`), nil
			})
			var last error
			read := 0
			for team, err := range c.Teams.All(t.Context(), TeamOptions{PageToken: "start"}) {
				if last = err; err == nil && team.URI != "" {
					read++
				}
				if sent > 5 {
					break
				}
			}
			var decoding *DecodeError
			if !errors.Is(last, ErrEndless) || !errors.As(last, &decoding) || read != sent || sent > 2 {
				t.Errorf("after %d rows of %d pages: %v", read, sent, last)
			}
		})
	}
}

func TestList_without_what_it_should_have_is_an_error(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{}`, `{"collection":null}`, `{"collection":{}}`, `[]`, `1`, `null`, `{"resource":{}}`, `{"collection":[1]}`, `{"collection":[null]}`,
		`{"collection":[],"pagination":[]}`, `{"collection":[],"pagination":{"next_page_token":5}}`, `{"collection":[{"uri":5}]}`,
	} {
		c := fake(t, func(r *http.Request) (*http.Response, error) { return reply(r, 200, body), nil })
		_, err := c.Teams.List(t.Context(), TeamOptions{})
		var decoding *DecodeError
		if !errors.As(err, &decoding) || decoding.Path != "/teams" {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestList_tells_what_stands_beside_its_records(t *testing.T) {
	t.Parallel()
	body := `{"collection":[],"pagination":{"count":20},"last_event_time":"2022-10-07T14:21:42Z","total_count":2,"exceeds_max_total_count":false,"new":1}`
	c := fake(t, func(r *http.Request) (*http.Response, error) { return reply(r, 200, body), nil })
	page, err := c.ActivityLogEntries.List(t.Context(), ActivityLogEntryOptions{Organization: "https://api.calendly.com/organizations/A"})
	if err != nil {
		t.Fatal(err)
	}
	if *page.TotalCount != 2 || *page.ExceedsMaxTotalCount || page.LastEventTime.Unix() != 1665152502 || string(page.Body) != body {
		t.Errorf("got %+v", page)
	}
}

func TestGet_returns_a_record_with_or_without_an_envelope(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"resource":{"uri":"u","new":[1, 2]}}`: `{"uri":"u","new":[1, 2]}`,
		`{"event":"invitee.created"}`:           `{"event":"invitee.created"}`,
		`{"resource":null}`:                     `null`,
	} {
		c := fake(t, func(r *http.Request) (*http.Response, error) { return reply(r, 200, body), nil })
		if got, err := c.GetRaw(t.Context(), "/users/me", nil); err != nil || string(got) != want {
			t.Errorf("GetRaw of %s is %s, %v", body, got, err)
		}
		user, err := c.Users.Me(t.Context())
		if want == "null" {
			var decoding *DecodeError
			if !errors.As(err, &decoding) {
				t.Errorf("a user that is null: %+v, %v", user, err)
			}
		} else if err != nil || string(user.Raw) != want {
			t.Errorf("Me of %s is %s, %v", body, user.Raw, err)
		}
	}
}
