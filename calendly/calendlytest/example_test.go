package calendlytest_test

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/kalends/kalends/calendly/calendlytest"
)

// A test starts a server of its own and sends it what it would send Calendly.
func Example() {
	s, err := calendlytest.Start(calendlytest.Config{
		Seed: 1, Events: 5000, Rate: 500,
		Clock:  func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
		Tokens: []calendlytest.Token{{Name: "narrow", Role: "owner", Scopes: []string{"users:read"}}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	for _, token := range []string{"owner", "member", "narrow", "stranger"} {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, s.Organization, http.NoBody)
		if err != nil {
			fmt.Println(err)
			return
		}
		r.Header.Set("Authorization", "Bearer "+s.Tokens[token])
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		answer.Body.Close()
		fmt.Println(token, answer.StatusCode, answer.Header.Get("X-RateLimit-Remaining"))
	}
	fmt.Println(s.Requests().Total, "requests")
	// Output:
	// owner 200 499
	// member 200 499
	// narrow 403 498
	// stranger 403 499
	// 4 requests
}
