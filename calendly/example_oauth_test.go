package calendly_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
)

// website returns the OAuth of an application, of a Calendly to try it on. With
// the real one it needs no option.
func website() (oauth *calendly.OAuth, apiURL string, stop func() error) {
	server, err := calendlytest.Start(calendlytest.Config{Seed: 1, Events: 50})
	if err != nil {
		panic(err)
	}
	oauth, err = calendly.NewOAuth(calendly.OAuthApp{
		ClientID:     server.App.ClientID,
		ClientSecret: calendly.NewSecret(server.App.ClientSecret),
		RedirectURI:  "http://localhost:8080/back",
	}, calendly.WithBaseURL(server.URL))
	if err != nil {
		panic(err)
	}
	return oauth, server.URL, server.Close
}

// browse does what a person does who agrees, and returns with what they come
// back.
func browse(address string) url.Values {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, http.NoBody)
	if err != nil {
		panic(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		panic(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil {
		panic(err)
	}
	return back.Query()
}

// store stands for a database that keeps tokens encrypted.
type store map[calendly.URI]string

func (s store) put(_ context.Context, pair calendly.TokenPair) error {
	s[pair.Owner] = pair.RefreshToken.Reveal()
	return nil
}

// A person lets a website read their meetings.
func ExampleOAuth() {
	oauth, apiURL, stop := website()
	defer stop()
	ctx := context.Background()

	// When the person wants to: keep both in their session, and send them away.
	state, verifier := rand.Text(), calendly.NewVerifier()
	address, err := oauth.AuthorizeURL(state, verifier, "users:read", "scheduled_events:read")
	if err != nil {
		fmt.Println(err)
		return
	}
	query := browse(address)

	// When they come back.
	code, err := calendly.ParseRedirect(query, state)
	if refused, ok := errors.AsType[*calendly.OAuthError](err); ok && refused.Code == "access_denied" {
		fmt.Println("then not")
		return
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	pair, err := oauth.Exchange(ctx, code, verifier)
	if err != nil {
		fmt.Println(err)
		return
	}
	database := store{}
	if err := database.put(ctx, *pair); err != nil {
		fmt.Println(err)
		return
	}

	// From now on: one source for each user.
	source, err := oauth.TokenSource(*pair, database.put, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := calendly.NewOAuthClient(source, calendly.WithBaseURL(apiURL))
	if err != nil {
		fmt.Println(err)
		return
	}
	me, err := client.Users.Me(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(me.URI == pair.Owner, pair.Scope, pair.AccessToken)
	// Output: true users:read scheduled_events:read [secret]
}

// What was stored is enough to begin with after a restart. Where the person took
// back what they granted, they have to be asked again.
func ExampleOAuth_TokenSource() {
	oauth, apiURL, stop := website()
	defer stop()
	ctx := context.Background()

	database := store{"https://api.calendly.com/users/A": "a refresh token that was revoked"}
	source, err := oauth.TokenSource(calendly.TokenPair{
		RefreshToken: calendly.NewSecret(database["https://api.calendly.com/users/A"]),
	}, database.put, 10*time.Minute)
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := calendly.NewOAuthClient(source, calendly.WithBaseURL(apiURL))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Users.Me(ctx)
	if _, ok := errors.AsType[*calendly.GrantError](err); ok {
		fmt.Println("please connect your Calendly again")
	}
	// Output: please connect your Calendly again
}
