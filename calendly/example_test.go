package calendly_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
)

// sandbox returns a Calendly to try the examples on. With the real one,
// calendly.New(token) is all it takes.
func sandbox(token string) (client *calendly.Client, stop func() error) {
	server, err := calendlytest.Start(calendlytest.Config{
		Seed: 1, Events: 50,
		Clock:  func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
		Tokens: []calendlytest.Token{{Name: "narrow", Role: "owner", Scopes: []string{"users:read"}}},
	})
	if err != nil {
		panic(err)
	}
	client, err = calendly.New(server.Tokens[token], calendly.WithBaseURL(server.URL))
	if err != nil {
		panic(err)
	}
	return client, server.Close
}

// Whose the token is, and how many meetings of each status there are.
func Example() {
	client, stop := sandbox("owner")
	defer stop()
	ctx := context.Background()

	me, err := client.Users.Me(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	count := map[calendly.Status]int{}
	for event, err := range client.ScheduledEvents.All(ctx, calendly.ScheduledEventOptions{Organization: *me.CurrentOrganization}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		count[event.Status]++
	}
	fmt.Println(count[calendly.StatusActive]+count[calendly.StatusCanceled], "meetings")
	// Output: 50 meetings
}

// What went wrong is a type, and never has to be read from a text.
func ExampleError() {
	client, stop := sandbox("narrow")
	defer stop()

	_, err := client.Teams.List(context.Background(), calendly.TeamOptions{})
	if refused, ok := errors.AsType[*calendly.Error](err); ok {
		fmt.Println(refused.Status, refused.Title, refused.RequiredScopes)
	}
	// Output: 403 Insufficient scope [organizations:read]
}

// Clients for several tokens of one user share a limiter, since Calendly counts
// the calls of the user.
func ExampleWithLimiter() {
	limiter := calendly.NewLimiter()
	if err := limiter.SetShare(0.5); err != nil { // leave half to others
		fmt.Println(err)
		return
	}
	for _, token := range []string{"first-token", "second-token"} {
		client, err := calendly.New(token, calendly.WithLimiter(limiter))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(client.BaseURL())
	}
	// Output:
	// https://api.calendly.com
	// https://api.calendly.com
}

// Pages can be read one at a time, and a read can go on where it was left.
func ExampleScheduledEventsService_List() {
	client, stop := sandbox("owner")
	defer stop()
	ctx := context.Background()

	me, err := client.Users.Me(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	options := calendly.ScheduledEventOptions{Organization: *me.CurrentOrganization, Sort: "start_time:desc", Count: 30}
	for {
		page, err := client.ScheduledEvents.List(ctx, options)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(len(page.Collection))
		if page.Pagination.NextPageToken == nil {
			return
		}
		options.PageToken = *page.Pagination.NextPageToken
	}
	// Output:
	// 30
	// 20
}
