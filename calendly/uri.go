package calendly

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
)

// URI is the full address of a record of the API. Calendly names everything by
// it: records refer to each other by it, and filters take it whole. Where a
// method reads the record itself, the bare id will do.
type URI string

// ID returns the last segment of u, or u itself if it is a bare id.
func (u URI) ID() string {
	text, _, _ := strings.Cut(strings.TrimRight(string(u), "/"), "?")
	return text[strings.LastIndexByte(text, '/')+1:]
}

// fill puts ids in the place of the variables of a path like
// "/scheduled_events/{event}". An id is a bare one or a URI of the API that
// ends in the segment before the variable and the id.
func (c *Client) fill(template string, ids []URI) (string, error) {
	segments := strings.Split(template, "/")
	for i, segment := range segments {
		if !strings.HasPrefix(segment, "{") {
			continue
		}
		id, err := c.id(strings.Trim(segment, "{}"), segments[i-1], ids[0])
		if err != nil {
			return "", err
		}
		segments[i], ids = id, ids[1:]
	}
	return strings.Join(segments, "/"), nil
}

// id returns the bare id of a record of a collection.
func (c *Client) id(field, collection string, u URI) (string, error) {
	id := string(u)
	if strings.Contains(id, "/") {
		address, err := c.uri(field, u)
		if err != nil {
			return "", err
		}
		parent, last := cutLast(strings.TrimRight(address.EscapedPath(), "/"))
		if _, kind := cutLast(parent); kind != collection {
			return "", &InputError{Field: field, Problem: "is not a URI of /" + collection}
		}
		id = last
	}
	switch {
	case id == "":
		return "", &InputError{Field: field, Problem: "is required"}
	case strings.ContainsFunc(id, notID):
		return "", &InputError{Field: field, Problem: "is neither a URI nor an id"}
	}
	return id, nil
}

// notID tells what ids do not have: Calendly's API reference shows letters and
// digits, live ones are UUIDs.
func notID(r rune) bool {
	return r != '-' && r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
}

func cutLast(path string) (before, last string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}

// uri checks that u is the address of a record of this API.
func (c *Client) uri(field string, u URI) (*url.URL, error) {
	parsed, err := url.Parse(string(u))
	if err != nil || parsed.Scheme == "" || parsed.Host == "" || strings.Trim(parsed.Path, "/") == "" {
		return nil, &InputError{Field: field, Problem: "must be a URI like " + c.BaseURL() + "/users/AAAAAAAAAAAAAAAA"}
	}
	if _, err := c.resolve(string(u), nil); err != nil {
		return nil, fmt.Errorf("%s: %w", field, err)
	}
	return parsed, nil
}

// Amount is a sum of money in units of its currency. The API's sources
// disagree whether it is a number or a string; both are read.
type Amount float64

// UnmarshalJSON implements json.Unmarshaler.
func (a *Amount) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	number := string(text)
	if strings.HasPrefix(number, `"`) {
		if err := json.Unmarshal(text, &number); err != nil {
			return err
		}
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return errors.New("an amount is no number")
	}
	*a = Amount(f)
	return nil
}
