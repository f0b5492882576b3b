package calendly

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// stream is one kind of record: what others see of it, and how it is read.
type stream struct {
	connect.Stream
	of      string // the stream whose records are the parents
	plan    *plan
	request func(c *caller, parent string) request
}

// request is what is asked of the API for the rows of a stream.
type request struct {
	path   string
	query  url.Values
	single bool // one resource, not a list
}

// maxCount is how many records a page of a list has at most.
const maxCount = 100

// list returns the request for a list in pages; query is name, value, name,
// value …
func list(path string, query ...string) request {
	r := whole(path, query...)
	r.query.Set("count", strconv.Itoa(maxCount))
	return r
}

// whole returns the request for a list that has no pages and takes no count.
func whole(path string, query ...string) request {
	r := request{path: path, query: url.Values{}}
	for i := 0; i < len(query); i += 2 {
		r.query.Set(query[i], query[i+1])
	}
	return r
}

// resource returns the request for one record.
func resource(path string) request { return request{path: path, single: true} }

// between returns the request for what Calendly tells of the near future only,
// as a whole.
func between(c *caller, path, of, uri string, days int) request {
	// Not from now: the request may have to wait for its turn, and the past is
	// refused.
	start := c.now().UTC().Truncate(time.Second).Add(turn)
	end := start.AddDate(0, 0, days)
	return whole(path, of, uri, "start_time", connect.FormatTime(start), "end_time", connect.FormatTime(end))
}

const (
	turn          = 2 * time.Minute
	busyDays      = 7
	availableDays = 31
)

// entry describes a stream. Its columns derive from record.
type entry struct {
	name, group string
	record      reflect.Type
	onRequest   bool
	needs       connect.Needs
	doc         connect.StreamDoc
	// of names the stream whose records are asked about one by one, and parent
	// the column that says which, filled where the record itself does not.
	of, parent string
	// key is, where the API gives no URI, the column that is the key, or the
	// columns a hash of which is.
	key []string
	// keep says of an object that is a record of another stream which of its
	// fields become columns; without an entry, all do.
	keep map[string][]string
	// refs adds to or changes what refOf says of a column.
	refs map[string]string
	// request asks for the rows; parent is the URI of the parent record, "" for
	// streams that have none.
	request func(c *caller, parent string) request
}

// catalogue returns every stream, parents before children and groups together.
func catalogue() []*stream {
	var all []*stream
	for _, e := range slices.Concat(people(), offers(), routing(), accounts(), customers(), meetings()) {
		all = append(all, e.stream())
	}
	return all
}

func (e entry) stream() *stream {
	fields := slices.DeleteFunc(fieldsOf(e.record), func(f field) bool {
		kept, ok := e.keep[f.path[0]]
		return ok && !slices.Contains(kept, f.path[len(f.path)-1])
	})
	key := "uri"
	var parts []string
	var columns []connect.Column
	switch len(e.key) {
	case 0:
	case 1:
		key = e.key[0]
	default:
		key, parts = connect.ColumnKey, e.key
		columns = append(columns, connect.Column{Name: key})
	}
	if e.parent != "" && !slices.ContainsFunc(fields, func(f field) bool { return f.column.Name == e.parent }) {
		columns = append(columns, connect.Column{Name: e.parent})
	}
	for _, f := range fields {
		columns = append(columns, f.column)
	}
	columns = append(columns, connect.Column{Name: connect.ColumnRaw, Type: connect.JSON, Required: true},
		connect.Column{Name: connect.ColumnSynced, Type: connect.Timestamp, Required: true})
	slices.SortStableFunc(columns, func(a, b connect.Column) int { return strings.Compare(first(b.Name, key), first(a.Name, key)) })
	for i := range columns {
		e.finish(&columns[i], key)
	}
	return &stream{
		Stream: connect.Stream{
			Name: e.name, Group: e.group, Columns: columns, Key: []string{key},
			OnRequest: e.onRequest, Needs: e.needs, Doc: e.doc,
		},
		of:      e.of,
		plan:    newPlan(fields, columns, e.parent, key, parts),
		request: e.request,
	}
}

// first sorts the key before all other columns.
func first(name, key string) string {
	if name == key {
		return "1"
	}
	return "0"
}

// finish adds what a column's name alone tells.
func (e entry) finish(c *connect.Column, key string) {
	c.Required = c.Required || c.Name == key || c.Name == e.parent
	if ref, ok := e.refs[c.Name]; ok {
		c.Ref = ref
	} else if c.Type == connect.Text && c.Name != "uri" {
		c.Ref = refOf(c.Name)
	}
}

// refOf returns the stream that a column of that name refers to, "*" where its
// kind varies, "" where it refers to nothing.
func refOf(column string) string {
	return map[string]string{
		"user":                    "users",
		"user_uri":                "users",
		"member_uri":              "users",
		"creator":                 "users",
		"invitee_scheduled_by":    "users",
		"sender_uri":              "users",
		"availability_rule_user":  "users",
		"organization":            "organization",
		"current_organization":    "organization",
		"actor_organization_uri":  "organization",
		"group":                   "groups",
		"actor_group_uri":         "groups",
		"event_type":              "event_types",
		"event_type_uri":          "event_types",
		"source_event_type_uri":   "event_types",
		"event":                   "scheduled_events",
		"event_uri":               "scheduled_events",
		"old_invitee":             "invitees",
		"new_invitee":             "invitees",
		"submitter":               "invitees",
		"routing_form":            "routing_forms",
		"routing_form_submission": "routing_form_submissions",
		"contact":                 "contacts",
		"transcript":              "meeting_recap_transcripts",
		"meeting_recap":           "meeting_recaps",
		"actor_uri":               "*",
		"owner_uri":               "*",
		"profile_owner":           "*",
		"availability_rule_uri":   "*",
	}[column]
}

// userFields are the fields of a user inside other records.
func userFields() []string {
	return []string{
		"uri", "name", "email", "slug", "scheduling_url", "timezone", "time_notation", "avatar_url", "locale",
		"created_at", "updated_at",
	}
}

// column returns the index of a column.
func (s *stream) column(name string) int {
	return slices.IndexFunc(s.Columns, func(c connect.Column) bool { return c.Name == name })
}
