package calendlytest

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// pagination is the object of that name in every paged list.
type pagination struct {
	Count             int     `json:"count"`
	NextPage          *string `json:"next_page"`
	PreviousPage      *string `json:"previous_page"`
	NextPageToken     *string `json:"next_page_token"`
	PreviousPageToken *string `json:"previous_page_token"`
}

// list is the envelope of a paged list.
type list[T any] struct {
	Collection []T        `json:"collection"`
	Pagination pagination `json:"pagination"`
}

// plain is the envelope of a list without pages.
type plain[T any] struct {
	Collection []T `json:"collection"`
}

// resource is the envelope of one object.
type resource[T any] struct {
	Resource T `json:"resource"`
}

// cursor is where a page lies: it holds the first rows at or after position
// at, or, backward, the last rows before it.
type cursor struct {
	at       int
	backward bool
}

// pageRequest is what a call asks of a paged list.
type pageRequest struct {
	call   *call
	count  int
	cursor cursor
	first  bool // no page token was given
}

const (
	defaultCount = 20
	maxCount     = 100
)

// page reads count and page_token.
func (p *params) page(most int) pageRequest {
	r := pageRequest{call: p.call, count: p.number("count", defaultCount, 1, most), first: true}
	if token := p.text("page_token"); token != "" {
		at, ok := p.call.openToken(token)
		if !ok {
			p.refuse("page_token", saysPageToken)
		}
		if f := p.call.fault; f != nil && f.Kind == FaultShift {
			at.at = max(at.at+cmp.Or(f.Rows, -1), 0)
		}
		r.cursor, r.first = at, false
	}
	return r
}

// page walks the positions 0…n-1 that keep accepts (all, when nil), from the
// cursor, and returns the rows of one page, made by row.
func page[T any](r pageRequest, n int, keep func(int) bool, row func(int) T) list[T] {
	if keep == nil {
		keep = func(int) bool { return true }
	}
	found, more := r.cursor.walk(r.count, n, keep)
	before, after := !r.first && len(found) > 0, more
	if r.cursor.backward {
		before, after = more, len(found) > 0
	}
	out := list[T]{Collection: make([]T, len(found)), Pagination: pagination{Count: len(found)}}
	if r.call.server.assume.value("pagination_count") == "requested" {
		out.Pagination.Count = r.count
	}
	for i, position := range found {
		out.Collection[i] = row(position)
	}
	if before {
		out.Pagination.PreviousPage, out.Pagination.PreviousPageToken = r.link(cursor{at: found[0], backward: true})
	}
	if after {
		out.Pagination.NextPage, out.Pagination.NextPageToken = r.link(cursor{at: found[len(found)-1] + 1})
	}
	return out
}

// walk returns up to count kept positions in ascending order, and whether
// there are more in the direction of the walk.
func (c cursor) walk(count, n int, keep func(int) bool) (found []int, more bool) {
	at, step := min(c.at, n), 1
	if c.backward {
		at, step = at-1, -1
	}
	for ; 0 <= at && at < n; at += step {
		if !keep(at) {
			continue
		}
		if len(found) == count {
			more = true
			break
		}
		found = append(found, at)
	}
	if c.backward {
		slices.Reverse(found)
	}
	return found, more
}

// link returns the address of another page of the same list, and its token.
func (r pageRequest) link(at cursor) (address, token *string) {
	sealed := r.call.sealToken(at)
	q := url.Values{"count": {strconv.Itoa(r.count)}, "page_token": {sealed}}
	for _, name := range r.call.filters() {
		q[name] = r.call.query[name]
	}
	return new(r.call.server.URL + r.call.address() + "?" + q.Encode()), &sealed
}

// address returns the path of the call, made from what was understood of it.
func (c *call) address() string {
	_, path, _ := strings.Cut(c.route.pattern, " ")
	segments := strings.Split(path, "/")
	next := 0
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = c.path[next]
			next++
		}
	}
	return strings.Join(segments, "/")
}

// filters returns the names of the parameters given that the route knows,
// besides count and page_token, in the order of the route.
func (c *call) filters() []string {
	names := strings.Fields(c.route.params)
	return slices.DeleteFunc(names, func(name string) bool { return !c.query.Has(name) })
}

// A page token is 9 bytes of cursor and 16 of a keyed hash over the cursor,
// the user, the operation and its filters: it is good for the list it was
// given out with and for no other.
const (
	cursorBytes = 9
	tokenBytes  = cursorBytes + 16
)

func (c *call) sealToken(at cursor) string {
	plain := binary.BigEndian.AppendUint64(make([]byte, 0, tokenBytes), uint64(at.at))
	if at.backward {
		plain = append(plain, 1)
	} else {
		plain = append(plain, 0)
	}
	return base64.RawURLEncoding.EncodeToString(append(plain, c.tokenMAC(plain)...))
}

func (c *call) openToken(token string) (cursor, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) != tokenBytes || !hmac.Equal(b[cursorBytes:], c.tokenMAC(b[:cursorBytes])) {
		return cursor{}, false
	}
	return cursor{at: int(binary.BigEndian.Uint64(b)), backward: b[cursorBytes-1] == 1}, true
}

func (c *call) tokenMAC(plain []byte) []byte {
	mac := hmac.New(sha256.New, binary.BigEndian.AppendUint64(nil, c.world.key))
	text := []string{string(plain), c.route.pattern, strconv.Itoa(c.user)}
	text = append(text, c.path...)
	for _, name := range c.filters() {
		text = append(text, name)
		text = append(text, c.query[name]...)
	}
	for _, s := range text {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(s))))
		mac.Write([]byte(s))
	}
	return mac.Sum(nil)[:tokenBytes-cursorBytes]
}
