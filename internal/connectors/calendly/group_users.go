package calendly

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync/atomic"

	"github.com/kalends/kalends/internal/connect"
)

// users reads the list of members and what belongs to each of them. A token
// that may not list them reads what belongs to its own user.
func (r *reading) users(ctx context.Context, push func(chunk) error) error {
	members := parents{all: []string{r.user}}
	if len(r.want) > 1 || !r.wants("user_meeting_limits") {
		if err := r.members(ctx, &members, push); err != nil {
			return err
		}
	}
	ofEach := r.wanted("user_availability_schedules", "locations", "user_busy_times")
	ofOne := r.wanted("user_meeting_limits")
	if len(ofEach)+len(ofOne) == 0 {
		return nil
	}
	due := r.due(members, len(ofEach))
	if len(ofOne) > 0 {
		due = append(due, r.user)
	}
	var unreadable atomic.Int64
	return r.family(due, 1, push, func(unit []string) []task {
		user := unit[0]
		var all []task
		for _, s := range ofEach {
			all = append(all, r.ofMember(s, user, &unreadable))
		}
		for _, s := range ofOne {
			if user == r.user {
				all = append(all, r.swept(s, user, s.request(r.caller, user)))
			}
		}
		return all
	})
}

// members pushes the memberships and the users in them, and adds these to found.
func (r *reading) members(ctx context.Context, found *parents, push func(chunk) error) error {
	memberships, users := r.stream("organization_memberships"), r.stream("users")
	seen := newKeySet()
	for p, err := range r.pages(ctx, memberships, memberships.request(r.caller, "")) {
		if err != nil {
			return err
		}
		var c chunk
		if err := r.include(&c, memberships, "", p.records); err != nil {
			return err
		}
		rows, err := r.rows(users, r.organization, r.usersIn(p.records))
		if err != nil {
			return err
		}
		if err := r.see(ctx, users, found, rows.Records); err != nil {
			return err
		}
		if r.wants(users.Name) {
			c.rows = append(c.rows, rows)
		}
		for _, rows := range c.rows {
			seen.add(r.stream(rows.Stream).keysOf(rows.Records)...)
		}
		if err := push(c); err != nil {
			return err
		}
	}
	reason, closed := r.closed(memberships.Name)
	if !closed {
		if err := r.sweep(ctx, memberships, "", seen, push); err != nil {
			return err
		}
		return r.sweep(ctx, users, "", seen, push)
	}
	for _, name := range r.want {
		if name != memberships.Name && name != "user_meeting_limits" {
			r.note(name, ownUser(reason))
		}
	}
	var c chunk
	if err := r.include(&c, users, r.organization, []json.RawMessage{r.record}); err != nil {
		return err
	}
	return push(c)
}

// usersIn returns the users in memberships.
func (r *reading) usersIn(memberships []json.RawMessage) (records []json.RawMessage) {
	for _, raw := range memberships {
		var m struct {
			User json.RawMessage `json:"user"`
		}
		var u struct {
			URI string `json:"uri"`
		}
		if json.Unmarshal(raw, &m) != nil || json.Unmarshal(m.User, &u) != nil || u.URI == "" {
			continue // a membership without a user has none to list
		}
		if u.URI == r.user {
			m.User = r.record // says more
		}
		records = append(records, m.User)
	}
	return records
}

// ofMember is child for a user. One whose external calendar cannot be read has
// no rows, and that is told.
func (r *reading) ofMember(s *stream, user string, unreadable *atomic.Int64) task {
	read := r.swept(s, user, s.request(r.caller, user))
	return func(ctx context.Context) (connect.Rows, error) {
		rows, err := read(ctx)
		if statusOf(err) == http.StatusFailedDependency {
			r.note(s.Name, fmt.Sprintf("missing for %d users whose external calendar cannot be read, as %s", unreadable.Add(1), user))
			return connect.Rows{}, nil
		}
		return rows, err
	}
}

// left reports whether a refusal is due to the user being no member any more.
func (r *reading) left(ctx context.Context, user string, refusal error) bool {
	if len(missingScopes(refusal)) > 0 {
		return false
	}
	client := r.client("organization_memberships")
	for p, err := range pages(ctx, client, list("/organization_memberships", "user", user)) {
		if err != nil {
			return statusOf(err) == http.StatusNotFound || forbidden(err) && len(missingScopes(err)) == 0
		}
		if _, ok := r.roleIn(p.records); ok {
			return false
		}
	}
	return ctx.Err() == nil
}
