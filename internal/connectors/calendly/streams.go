package calendly

import (
	"cmp"
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
	at      int    // the column whose time is remembered, or -1
	single  bool   // its records can be read one by one, by their keys
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
	// at is the column by whose time the stream is read, changed that of the
	// last change of a record, and single says that its records can be read one
	// by one. Rolling streams tell of the near future only.
	at, changed     string
	single, rolling bool
	// request asks for the rows; parent is the URI of the parent record, "" for
	// streams that have none.
	request func(c *caller, parent string) request
}

// catalog returns every stream, parents before children and groups together.
func catalog() []*stream {
	var all []*stream
	docs, refs, personal := columnDocs(), columnRefs(), personalData()
	for _, e := range slices.Concat(people(), offers(), meetings(), routing(), customers(), accounts()) {
		s := e.stream()
		for i := range s.Columns {
			c := &s.Columns[i]
			c.Doc = docOf(docs, s.Name, c.Name)
			c.Personal = personalOf(personal, s.Name, c.Name)
			if c.Type == connect.Text && !c.Required || c.Name == e.parent {
				c.Ref = refs[c.Name]
			}
		}
		all = append(all, s)
	}
	return all
}

func (e entry) stream() *stream {
	fields := slices.DeleteFunc(fieldsOf(e.record), func(f field) bool {
		kept, ok := e.keep[f.path[0]]
		return ok && !slices.Contains(kept, strings.Join(f.path[1:], "_"))
	})
	var columns []connect.Column
	for _, f := range fields {
		columns = append(columns, f.column)
	}
	key, parts := "uri", e.key
	switch len(e.key) {
	case 0:
	case 1:
		key, parts = e.key[0], nil
	default:
		key = connect.ColumnKey
	}
	columns = lead(lead(columns, e.parent), key)
	columns = append(columns,
		connect.Column{Name: connect.ColumnRaw, Type: connect.JSON, Required: true},
		connect.Column{Name: connect.ColumnSynced, Type: connect.Timestamp, Required: true},
		connect.Column{Name: connect.ColumnDeleted, Type: connect.Timestamp})
	return &stream{
		Stream: connect.Stream{
			Name: e.name, Group: e.group, Columns: columns, Key: []string{key},
			Parent: e.parent, Time: e.at, Rolling: e.rolling,
			OnRequest: e.onRequest, Needs: e.needs, Doc: e.doc,
		},
		of:      e.of,
		at:      slices.IndexFunc(columns, func(c connect.Column) bool { return c.Name == cmp.Or(e.at, e.changed, "-") }),
		single:  e.single,
		plan:    newPlan(fields, columns, e.parent, key, parts),
		request: e.request,
	}
}

// lead makes a column, which is never null, the first; it is added if there is
// none of that name.
func lead(columns []connect.Column, name string) []connect.Column {
	if name == "" {
		return columns
	}
	columns = slices.DeleteFunc(columns, func(c connect.Column) bool { return c.Name == name })
	return slices.Insert(columns, 0, connect.Column{Name: name, Required: true})
}

// columnRefs tells which stream a column of a name refers to, "*" where its
// kind varies.
func columnRefs() map[string]string {
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
	}
}

// userFields are the fields of a user inside other records.
func userFields() []string {
	return []string{
		"uri", "name", "email", "slug", "scheduling_url", "timezone", "time_notation", "avatar_url", "locale",
		"created_at", "updated_at",
	}
}

// keyOf returns the key of a record of s: a copy, as the value itself would
// keep the text of the whole record in memory.
func (s *stream) keyOf(record connect.Record) string {
	return strings.Clone(record.Values[s.plan.key].(string))
}
