// Package calendly is a client for Calendly's API
// (https://developer.calendly.com), on the standard library alone.
//
//	client, err := calendly.New(token)
//	…
//	me, err := client.Users.Me(ctx)
//	…
//	options := calendly.ScheduledEventOptions{Organization: *me.CurrentOrganization}
//	for event, err := range client.ScheduledEvents.All(ctx, options) {
//
// # Records
//
// Every record is a struct with the API's own names and keeps in Raw the bytes
// that were sent, so a field that Calendly adds tomorrow is not lost. What may
// be null or absent is a pointer, a list, or zero. Strings with a few known
// values have types of their own with constants, and take any value. Records
// refer to each other by URI. Where an optional part is not of the type that it
// should be, it is empty, and Raw has it; where a required one is not, that is
// a DecodeError.
//
// Calendly promises no order and no snapshot beyond what it sorts by: while a
// list is read, records may move from one page to another.
//
// # Lists
//
// List reads one page. Pages and All read on, page by page and record by
// record; they send nothing before the first pull, can be ranged over again,
// and yield an error as the last thing. They ask for the longest pages unless
// Count says otherwise.
//
// # Who may read what
//
// A token acts for the user who made it: one of a user reads what is theirs,
// one of an admin or the owner what is the organization's. It needs the scopes
// that each method names (tokens from before 2026-03-03 have all), and some
// records need a plan; see https://developer.calendly.com/docs/authentication/scopes.
//
// # OAuth
//
// An application that others use acts for them by OAuth: AuthorizeURL says where
// to send a person, ParseRedirect reads with what they come back, and Exchange
// gets tokens for that. A TokenSource renews them every 2 hours and has each
// new pair persisted before it is used, as a refresh token is good for one use;
// NewOAuthClient makes a client of it. See the example of OAuth.
//
// What OAuth refuses is an OAuthError. A GrantError says that the person has to
// authorize again, and a TokenError that there was no token for a request,
// which was not sent. A Secret shows its text to who calls Reveal.
//
// # Errors
//
// Wrong input is an InputError, and nothing was sent. An answer other than
// success is an Error, with what Calendly said: every method may return 401
// for a bad token, 403 for want of a scope, a role or a plan, 404 for what does
// not exist, and 429 and 5xx where trying again did not help. No answer is a
// ConnectionError, an answer that is no promised JSON a DecodeError, one that
// is too long a SizeError. When a context ends its error is returned as it is, or
// wrapped where a write was under way.
// No error has the token in it, and no address in an error has a query.
//
// # Trying again
//
// A read is tried up to 5 times, and for 5 minutes at most, if there is no
// answer, its JSON is cut short or none at all, or it is 429, 500, 502, 503 or
// 504: after what Retry-After, or for 429 X-RateLimit-Reset, asks for, and a
// random time that grows.
//
// # Writing
//
// A write is sent once. Where it is not known whether it took effect, its error
// wraps ErrUnknownOutcome, beside what happened: read back before writing
// again. Input is checked before anything is sent. In what changes a record an
// Opt that is zero leaves a field as it is.
//
// # Webhooks
//
// WebhookSubscriptions.Create says which events are sent where. Whoever receives
// them gives VerifyWebhook the raw body, to check its signature, and then
// ParseWebhook, which reads the payload of every event into its type; events
// that are added later are no error. SignWebhook signs for tests.
//
// Calendly wants a 2xx within 15 seconds, and takes anything else, redirects
// too, for a failure: it tries again for 24 hours and may then disable the
// subscription. So answer first and work after. A webhook can come twice, late,
// and out of order. See the example of ParseWebhook, and
// https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures.
//
// # Rate limits
//
// Calendly counts the calls of a user, over all tokens and programs: 500 a
// minute on paid plans, 50 on the free one
// (https://developer.calendly.com/api-docs/overview/rate-limits). A Limiter
// keeps below what the answers say is left, so that 429 is not needed. Clients
// for tokens of one user should share one, with WithLimiter. Its SetShare leaves
// a part of the limit to other integrations of the user, and shares the rest
// with other processes that do the same.
//
// # Where the token goes
//
// To the configured scheme, host and port, and nowhere else, which holds for
// OAuth's host too: redirects are not
// followed, and a URI or a next page on another host is a ForeignHostError.
// Plain http is for loopback addresses only.
package calendly
