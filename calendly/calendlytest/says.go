package calendlytest

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
