package calendly

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Client speaks to Calendly's API with one token, or with those of a TokenSource,
// one after the other. It is safe for concurrent
// use, sends nothing until it is asked to, and needs no closing. The token is
// sent to the configured scheme, host and port only, and nothing prints it.
type Client struct {
	Users                          *UsersService
	Organizations                  *OrganizationsService
	OrganizationMemberships        *OrganizationMembershipsService
	OrganizationInvitations        *OrganizationInvitationsService
	Teams                          *TeamsService
	Groups                         *GroupsService
	GroupRelationships             *GroupRelationshipsService
	EventTypes                     *EventTypesService
	EventTypeMemberships           *EventTypeMembershipsService
	EventTypeAvailableTimes        *EventTypeAvailableTimesService
	EventTypeAvailabilitySchedules *EventTypeAvailabilitySchedulesService
	UserAvailabilitySchedules      *UserAvailabilitySchedulesService
	UserBusyTimes                  *UserBusyTimesService
	UserMeetingLimits              *UserMeetingLimitsService
	Locations                      *LocationsService
	ScheduledEvents                *ScheduledEventsService
	Invitees                       *InviteesService
	InviteeNoShows                 *InviteeNoShowsService
	SchedulingLinks                *SchedulingLinksService
	Shares                         *SharesService
	RoutingForms                   *RoutingFormsService
	RoutingFormSubmissions         *RoutingFormSubmissionsService
	Contacts                       *ContactsService
	CustomFieldDefinitions         *CustomFieldDefinitionsService
	ContactLists                   *ContactListsService
	Notes                          *NotesService
	MeetingRecaps                  *MeetingRecapsService
	WebhookSubscriptions           *WebhookSubscriptionsService
	ActivityLogEntries             *ActivityLogEntriesService
	OutgoingCommunications         *OutgoingCommunicationsService
	DataCompliance                 *DataComplianceService

	base        *url.URL
	credentials func(context.Context) (credential, error) // of the next request
	transport   http.RoundTripper
	limiter     *Limiter
	userAgent   string
	observe     func(Attempt)
	decodePage  func(body []byte) (*RawPage, error)
	attempts    int
	timeout     time.Duration // of an attempt
	maxResponse int64         // bytes
}

// credential is who sends a request. It keeps tokens in closures, where nothing
// can print them: a string in a struct is shown by %+v, however deep it lies.
type credential struct {
	authorize func(*http.Request)
	scrub     func(string) string        // replaces what is secret
	refused   func(context.Context) bool // told of a 401; whether another token may do better
}

func bearer(token string) credential {
	return credential{
		authorize: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) },
		scrub:     scrubber(token),
		refused:   func(context.Context) bool { return false },
	}
}

// scrubber returns what replaces secrets in a text, as they are and as they are
// in a form.
func scrubber(secrets ...string) func(string) string {
	return func(text string) string {
		var known []string
		for _, s := range secrets {
			if s != "" {
				known = append(known, s, url.QueryEscape(s))
			}
		}
		// The longest first: it may have another in it.
		slices.SortFunc(known, func(a, b string) int { return len(b) - len(a) })
		for _, s := range known {
			text = strings.ReplaceAll(text, s, "[token]")
		}
		return text
	}
}

// New returns a client with a token: a personal access token or an OAuth
// access token. It fails with an InputError for a token that is empty or has
// characters that no token has, and for options that make no sense.
func New(token string, options ...Option) (*Client, error) {
	if token == "" || !printable(token) {
		return nil, &InputError{Field: "token", Problem: "is empty or has characters that no token has"}
	}
	always := bearer(token)
	return assemble(DefaultBaseURL, defaultMaxResponse, func(context.Context) (credential, error) { return always, nil }, options)
}

func assemble(address string, maxResponse int64, credentials func(context.Context) (credential, error), options []Option) (*Client, error) {
	base, err := parseBase(address)
	if err != nil {
		return nil, err
	}
	c := &Client{
		base:        base,
		credentials: credentials,
		limiter:     NewLimiter(),
		userAgent:   "kalends-go (+https://github.com/kalends/kalends)",
		observe:     func(Attempt) {},
		decodePage:  decodePage,
		attempts:    defaultAttempts,
		timeout:     defaultTimeout,
		maxResponse: maxResponse,
	}
	if err := c.apply(options); err != nil {
		return nil, err
	}
	if c.transport == nil {
		c.transport = newTransport()
	}
	return c, nil
}

// With returns a copy of c with other options. It shares the transport and the
// limiter, unless they are what the options change.
func (c *Client) With(options ...Option) (*Client, error) {
	other := *c
	if err := other.apply(options); err != nil {
		return nil, err
	}
	return &other, nil
}

func (c *Client) apply(options []Option) error {
	for _, o := range options {
		if err := o(c); err != nil {
			return err
		}
	}
	c.bind()
	return nil
}

// bind makes the services those of this client.
func (c *Client) bind() {
	c.Users = &UsersService{c}
	c.Organizations = &OrganizationsService{c}
	c.OrganizationMemberships = &OrganizationMembershipsService{c}
	c.OrganizationInvitations = &OrganizationInvitationsService{c}
	c.Teams = &TeamsService{c}
	c.Groups = &GroupsService{c}
	c.GroupRelationships = &GroupRelationshipsService{c}
	c.EventTypes = &EventTypesService{c}
	c.EventTypeMemberships = &EventTypeMembershipsService{c}
	c.EventTypeAvailableTimes = &EventTypeAvailableTimesService{c}
	c.EventTypeAvailabilitySchedules = &EventTypeAvailabilitySchedulesService{c}
	c.UserAvailabilitySchedules = &UserAvailabilitySchedulesService{c}
	c.UserBusyTimes = &UserBusyTimesService{c}
	c.UserMeetingLimits = &UserMeetingLimitsService{c}
	c.Locations = &LocationsService{c}
	c.ScheduledEvents = &ScheduledEventsService{c}
	c.Invitees = &InviteesService{c}
	c.InviteeNoShows = &InviteeNoShowsService{c}
	c.SchedulingLinks = &SchedulingLinksService{c}
	c.Shares = &SharesService{c}
	c.RoutingForms = &RoutingFormsService{c}
	c.RoutingFormSubmissions = &RoutingFormSubmissionsService{c}
	c.Contacts = &ContactsService{c}
	c.CustomFieldDefinitions = &CustomFieldDefinitionsService{c}
	c.ContactLists = &ContactListsService{c}
	c.Notes = &NotesService{c}
	c.MeetingRecaps = &MeetingRecapsService{c}
	c.WebhookSubscriptions = &WebhookSubscriptionsService{c}
	c.ActivityLogEntries = &ActivityLogEntriesService{c}
	c.OutgoingCommunications = &OutgoingCommunicationsService{c}
	c.DataCompliance = &DataComplianceService{c}
}

// BaseURL returns where the API is.
func (c *Client) BaseURL() string { return c.base.String() }

const maxIdlePerHost = 64

func newTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConns:           maxIdlePerHost,
		MaxIdleConnsPerHost:    maxIdlePerHost,
		MaxResponseHeaderBytes: 1 << 20,
		ForceAttemptHTTP2:      true,
	}
}
