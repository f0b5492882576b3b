package calendlytest

import (
	"cmp"
	"math"
	"slices"
	"sort"
	"time"
)

const (
	maxSearchTerm    = 300  // runes
	maxActivityCount = 1000 // rows in a page
)

// activityList is the envelope of the log.
type activityList struct {
	list[activityBody]

	LastEventTime        *string `json:"last_event_time"`
	TotalCount           int     `json:"total_count"`
	ExceedsMaxTotalCount bool    `json:"exceeds_max_total_count"`
}

// activityFilter is what a list of entries is narrowed to.
type activityFilter struct {
	actors              []target
	namespaces, actions []string
	search              matcher
}

func (f *activityFilter) empty() bool {
	return f.actors == nil && f.namespaces == nil && f.actions == nil && f.search == nil
}

func (f *activityFilter) keep(w *world, j int) bool {
	a := w.activity(j)
	if f.namespaces != nil && !slices.Contains(f.namespaces, a.namespace) || f.actions != nil && !slices.Contains(f.actions, a.action) {
		return false
	}
	if f.actors != nil && !slices.ContainsFunc(f.actors, func(t target) bool { return t.world == w && t.ref.index == a.actor }) {
		return false
	}
	if f.search == nil {
		return true
	}
	b := w.activityBody(j)
	return f.search(b.text())
}

func listActivity(c *call) (any, error) {
	p := c.params()
	org := p.required("organization", kindOrganization)
	f := activityFilter{actors: p.objects("actor", kindUser), namespaces: p.list("namespace"), actions: p.list("action")}
	if term := p.text("search_term"); len([]rune(term)) > maxSearchTerm {
		p.refuse("search_term", saysTooLongText)
	} else if term != "" {
		f.search = parseSearch(term)
	}
	orders := p.sort("action", "actor.display_name", "actor.uri", "namespace", "occurred_at")
	from, to := p.time("min_occurred_at", math.MinInt64), p.time("max_occurred_at", math.MaxInt64)
	pages := p.page(maxActivityCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	if err := c.adminOf(org); err != nil {
		return nil, err
	}
	w := c.world
	found := w.findActivity(&f, from, to)
	w.sortActivity(found, orders)
	rows := page(pages, len(found), nil, func(n int) activityBody { return w.activityBody(int(found[n])) })
	out := activityList{list: rows, TotalCount: min(len(found), maxTotalCount), ExceedsMaxTotalCount: len(found) > maxTotalCount}
	if len(found) > 0 {
		out.LastEventTime = new(time.UnixMicro(w.occurredAt(int(slices.Max(found)))).UTC().Format(time.RFC3339))
	}
	return out, nil
}

// findActivity returns the entries between two instants, the newest first.
func (w *world) findActivity(f *activityFilter, from, to int64) []int32 {
	n := w.activities()
	first := sort.Search(n, func(j int) bool { return w.occurredAt(j) >= from })
	last := sort.Search(n, func(j int) bool { return w.occurredAt(j) > to })
	var found []int32
	for j := last - 1; j >= first; j-- {
		if f.empty() || f.keep(w, j) {
			found = append(found, int32(j))
		}
	}
	return found
}

// sortActivity orders entries that come newest first.
func (w *world) sortActivity(found []int32, orders []order) {
	if len(orders) == 0 || orders[0] == (order{"occurred_at", true}) {
		return
	}
	entries := make([]activity, len(found))
	for n, j := range found {
		entries[n] = w.activity(int(j))
	}
	keys := w.actorKeys()
	slices.SortStableFunc(entries, func(a, b activity) int {
		for _, o := range orders {
			c := compareActivity(&a, &b, o.field, keys)
			if o.desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	for n := range entries {
		found[n] = int32(entries[n].index)
	}
}

// actorKeys returns what each actor sorts by: the system first, then members.
func (w *world) actorKeys() []actorKey {
	keys := []actorKey{{name: w.actorBody(-1).DisplayName}}
	for i := range w.members {
		keys = append(keys, actorKey{w.members[i].written, w.uri(kindUser, i)})
	}
	return keys
}

type actorKey struct{ name, uri string }

func compareActivity(a, b *activity, field string, keys []actorKey) int {
	switch field {
	case "action":
		return cmp.Compare(a.action, b.action)
	case "namespace":
		return cmp.Compare(a.namespace, b.namespace)
	case "actor.display_name":
		return cmp.Compare(keys[a.actor+1].name, keys[b.actor+1].name)
	case "actor.uri":
		return cmp.Compare(keys[a.actor+1].uri, keys[b.actor+1].uri)
	}
	return cmp.Compare(a.index, b.index)
}
