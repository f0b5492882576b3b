package calendlytest

import (
	"net/http"
	"strconv"
	"strings"
)

// This file holds the decisions that Calendly's API reference leaves open or
// on which its sources disagree. Everything else follows the reference.

// Assumption: the body of a 429 is undocumented; title and message follow the
// form of the other errors, and there is no Retry-After.
func tooManyRequests() *apiError {
	return &apiError{status: http.StatusTooManyRequests, Title: "Too Many Requests", Message: "You have exceeded the rate limit. Please try again later."}
}

// Assumption: requests without a valid token are counted too, all as if they
// were one user's.
func anonymous() caller { return caller{} }

// Assumption: a route that does not exist and one that exists with another
// method are answered alike, as an object that does not exist, whoever asks
// with a valid token.
func unknownRoute() *apiError { return notFound() }

// Assumption: the words for a parameter that is absent, empty or malformed are
// documented only for some request bodies ("is missing", "must be filled");
// queries are taken to use the same ones.
const (
	saysMissing    = "is missing"
	saysEmpty      = "must be filled"
	saysURI        = "is not a valid URI"
	saysTime       = "must be a date-time"
	saysBool       = "must be boolean"
	saysEmail      = "is not a valid email"
	saysInteger    = "must be an integer"
	saysAtLeast    = "must be greater than or equal to "
	saysAtMost     = "must be less than or equal to "
	saysPageToken  = "is invalid"
	saysDate       = "must be a date"
	saysZone       = "is not a valid time zone"
	saysString     = "must be a string"
	saysObject     = "must be an object"
	saysArray      = "must be an array"
	saysPhone      = "is not a valid phone number"
	saysChoice     = "is not included in the list"
	saysColor      = "must be a hex color in lower case, as #8247f5"
	saysDuration   = "must be one of duration_options"
	saysSoloOnly   = "must be a one-on-one event type"
	saysRange      = "must be after start_date"
	saysNoHost     = "is not a host of this event type"
	saysClock      = "must be a time as 09:30"
	saysAfterFrom  = "must be after from"
	saysBookable   = "is not bookable"
	saysNoSlot     = "is not an available time"
	saysNoPlace    = "is not configured for this event type"
	saysOmit       = "must be omitted for this event type"
	saysQuestion   = "is not a question of this event type"
	saysUnneeded   = "must be omitted for this kind of location"
	saysCanceled   = "is canceled"
	saysNotStarted = "has an event that has not started"
	saysMarked     = "is already marked as a no-show"
	saysYear       = "must be within 365 days of start_date"

	saysAtMostLong = "size cannot be greater than "
	saysSize       = "size cannot be greater than "
)

// saysBetween words the rule of numbers in a list.
func saysBetween(least, most int) string {
	return "must be different integers between " + strconv.Itoa(least) + " and " + strconv.Itoa(most)
}

// Assumption: where one of several parameters must be given, each of them is
// reported as missing.
func missingAll(names []string) []detail {
	var details []detail
	for _, name := range names {
		details = append(details, detail{Parameter: name, Message: saysMissing})
	}
	return details
}

// Assumption: e-mail addresses are compared without regard to case.
func sameEmail(a, b string) bool { return strings.EqualFold(a, b) }

// Assumption: a URI in a filter that names nothing is 404, and one that names
// a thing of another organization is 403, as for the single read.
func unknownObject() *apiError { return notFound() }

// Assumption: min_start_time and max_start_time both include their instant.
const maxStartTimeIncluded = true

// Assumption: a user of another organization is 403 on the single read.
const strangerUser = noAccess

// Assumption: an organization may be read by its own members only.
const strangerOrganization = noAccess

// Assumption: a list of memberships by organization alone is for admins and
// the owner; any member may look up any colleague with user=.
const membershipListNeedsAdmin = noPermission

// Assumption: a member who lists event types by organization gets those he
// hosts or owns; the types of a colleague need an admin.
const colleagueEventTypes = noPermission

// Assumption: a group's admin may also see its members' events singly.
const groupAdminSeesEvents = true

// Assumption: what an account below the Teams plan is told of routing forms
// and groups; that it is a 403 is documented, the words are not.
const saysTeamsPlan = "Please upgrade your Calendly account to Teams."

// Assumption: the list of teams shows an admin all teams of the organization
// and a member his own; user= needs the same organization only.
const teamListIsOwn = true

// Assumption: a no-show may be read by whoever may see its event.
const noShowNeedsEvent = noAccess

// Assumption: locations of a colleague need an admin; schedules and busy times
// only the same organization.
const colleagueLocations = noPermission

// Assumption: an event type that is switched off or deleted has no available
// times, and asking for them is no error.
const inactiveTypesOfferTimes = false

// Assumption: meeting limits of somebody else are refused with these words.
const colleagueLimits = noPermission

// Assumption: words for a time window that is in the past, turned around or
// too long; the first is documented for available times.
const (
	saysFuture  = "must be in the future"
	saysAfter   = "must be after start_time"
	saysTooLong = "must be within %d days of start_time"
)

// Assumption: an item of /user_meeting_limits holds the three limits alone.
type meetingLimitBody struct {
	DailyLimit   *int `json:"daily_limit"`
	WeeklyLimit  *int `json:"weekly_limit"`
	MonthlyLimit *int `json:"monthly_limit"`
}

// Assumption: the owner of a group relationship carries the member under user,
// or the address invited under email.
type relationshipOwnerBody struct {
	Type  string       `json:"type"`
	URI   string       `json:"uri"`
	User  *userProfile `json:"user,omitempty"`
	Email string       `json:"email,omitempty"`
}

// Assumption: the log of outgoing communications is ordered by created_at,
// the newest first.
const communicationsNewestFirst = true

// Assumption: the activity log counts so many entries, and no more.
const maxTotalCount = 10_000

// Assumption: words for a search term that is too long.
const saysTooLongText = "size cannot be greater than 300"

// Assumption: words for a parameter that an operation must refuse, for too
// many contacts, and for an event that subscriptions of a scope cannot have.
const (
	saysUnknown         = "is not allowed"
	saysTooManyContacts = "size cannot be greater than 10"
	saysEventScope      = "is not available for this scope"
)

// Assumption: the keys of a note; the reference has seen some of them.
type noteBody struct {
	URI       string  `json:"uri"`
	Contact   string  `json:"contact"`
	Title     *string `json:"title"`
	Body      *string `json:"body"`
	RemindAt  *string `json:"remind_at"`
	CreatedAt string  `json:"created_at"`
	UpdatedAt string  `json:"updated_at"`
}

// Assumption: the keys of a contact list; the reference has seen some of them.
type contactListBody struct {
	URI          string `json:"uri"`
	Name         string `json:"name"`
	Type         string `json:"type"`
	ContactCount *int   `json:"contact_count"` // null for views
	CreatedAt    string `json:"created_at"`
	UpdatedAt    string `json:"updated_at"`
}

// Assumption: an admin reads the recaps of the whole organization, a member
// those of the meetings he held.
const recapAdminSeesAll = true

// Assumption: recaps are listed by start time, the latest first.
const recapsNewestFirst = true

// Assumption: without a sort, contacts are listed by created_at, ascending.
const contactsDefaultSort = "created_at"

// Assumptions that are the absence of code:
//   - routing forms, groups, contacts, event types and schedules may be read by
//     any member of their organization, whatever the role;
//   - an admin may read the webhook subscriptions of any user and group;
//   - sample webhook data needs webhooks:read alone, not the scope of the event;
//   - events that start at the same time are listed in a fixed order, which is
//     not that of their creation;
//   - the words of a search term that follow each other are all needed;
//   - a group's member_count counts members, not those invited;
//   - page tokens do not expire, and stand for positions: rows shift when the
//     list changes;
//   - marking a no-show does not touch updated_at of the event.
