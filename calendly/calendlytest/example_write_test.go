package calendlytest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/kalends/kalends/calendly/calendlytest"
)

// A lost answer: the invitation is made, but the client is told 500 once.
func ExampleServer_AddFault() {
	s, err := calendlytest.Start(calendlytest.Config{
		Seed: 1, Clock: func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	const invite = "POST /organizations/{uuid}/invitations"
	if _, err := s.AddFault(calendlytest.Fault{Operation: invite, Kind: calendlytest.FaultInternal, After: true, Count: 1}); err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.Organization+"/invitations", strings.NewReader(`{"email": "ada@example.com"}`))
		if err != nil {
			fmt.Println(err)
			return
		}
		r.Header.Set("Authorization", "Bearer "+s.Tokens["owner"])
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		text, err := io.ReadAll(answer.Body)
		fmt.Print(answer.StatusCode, " ", string(text))
		if err := answer.Body.Close(); err != nil {
			fmt.Println(err)
		}
		if err != nil {
			fmt.Println(err)
		}
	}
	for _, r := range s.Log() {
		fmt.Println(r.Method, r.Status, r.Fault)
	}
	// Output:
	// 500 {"title":"Internal Server Error","message":"The server encountered an unexpected condition that prevented it from fulfilling the request."}
	// 400 {"title":"Already Invited","message":"ada@example.com has already been invited"}
	// POST 500 500
	// POST 400
}
