package calendlytest

import (
	"net/http"
	"strings"
)

// This file holds the decisions that Calendly's API reference leaves open or
// on which its sources disagree. Everything else follows the reference.

// Assumption: the body of a 429 is undocumented; title and message follow the
// form of the other errors, and there is no Retry-After.
func tooManyRequests() *problem {
	return &problem{status: http.StatusTooManyRequests, Title: "Too Many Requests", Message: "You have exceeded the rate limit. Please try again later."}
}

// Assumption: the words for a parameter that is absent, empty or malformed are
// documented only for some request bodies ("is missing", "must be filled");
// queries are taken to use the same ones.
const (
	saysMissing   = "is missing"
	saysEmpty     = "must be filled"
	saysURI       = "is not a valid URI"
	saysTime      = "must be a date-time"
	saysBool      = "must be boolean"
	saysEmail     = "is not a valid email"
	saysInteger   = "must be an integer"
	saysAtLeast   = "must be greater than or equal to "
	saysAtMost    = "must be less than or equal to "
	saysPageToken = "is invalid"
)

// Assumption: where one of several parameters must be given, each of them is
// reported as missing.
func missingAll(names ...string) *problem {
	p := invalid()
	for _, name := range names {
		p.Details = append(p.Details, detail{Parameter: name, Message: saysMissing})
	}
	return p
}

// Assumption: pagination.count is the number of rows in the page, not the
// page size asked for.
func pageCount(rows, _ int) int { return rows }

// Assumption: e-mail addresses are compared without regard to case.
func sameEmail(a, b string) bool { return strings.EqualFold(a, b) }

// Assumption: a URI in a filter that names nothing is 404, and one that names
// a thing of another organization is 403, as for the single read.
func unknownObject() *problem { return notFound() }

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
