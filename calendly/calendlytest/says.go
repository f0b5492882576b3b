package calendlytest

// Assumptions about writes that are the absence of code:
//   - any member may book any bookable event type of the organization, and a
//     paid one without paying;
//   - location may be omitted where there is one place only of which the invitee
//     has nothing to tell;
//   - a no-show needs an event that has started, and is 400 when marked again;
//   - only a one-on-one event type of one host can be patched; a meeting keeps
//     the name, length and hosts it was booked with;
//   - round robin takes the first host who is free;
//   - meeting limits bind bookings by API as well as those of invitees, and a
//     time beyond them is refused as one that is not available;
//   - with a member who is removed go his event types, his tokens and the
//     subscriptions of his scope; his meetings stay;
//   - who takes a seat is sent a confirmation at once and a reminder a day before
//     the meeting; a meeting is recorded once;
//   - redacting an invitee keeps the seat: only what is personal goes; routing
//     form submissions and messages sent before are not touched;
//   - who is admin or owner has the permission for data requests.

// Assumption: the words for what is wrong with a field of a contact, a list, a
// share, a subscription or a deletion.
const (
	saysHide         = "needs a single custom location"
	saysPrimary      = "must have exactly one primary email"
	saysValue        = "is not a value of type "
	saysOneField     = "must have at least one field"
	saysTooManyLists = "cannot have more than 25 contact lists"
	saysView         = "Contacts of a dynamic view cannot be changed"
	saysPast         = "must be in the past"
	saysTwoYears     = "must be within 24 months of start_time"
)

// The words for what an admin route refuses.
const (
	saysDeleted      = "is deleted"
	saysNotEnded     = "has not ended"
	saysRecorded     = "has a recap, or had one"
	saysDraft        = "is not published"
	saysFormQuestion = "is not a question of this form"
	saysBooked       = "has led to a booking before"
	saysElsewhere    = "does not lead to this event type"
)
