package calendly

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sort orders a list: a field, a colon, and asc or desc, as in
// "start_time:desc". Several are joined by commas.
type Sort string

// wireTime is how times are sent: in UTC, to the microsecond.
const wireTime = "2006-01-02T15:04:05.000000Z"

// validator is implemented by options whose fields depend on each other.
type validator interface{ validate() error }

// encode turns options into a query. Options are a struct whose fields have
// the tag
//
//	query:"name[,required][,comma][,lower][,max=N]"
//
// The zero value of a field is not sent. Lists are sent as several parameters,
// or joined where the tag says comma. most is the greatest count, 0 where there
// is none.
func (c *Client) encode(options any) (query url.Values, most int, err error) {
	query = url.Values{}
	for f, value := range reflect.ValueOf(options).Fields() {
		name, rules, _ := strings.Cut(f.Tag.Get("query"), ",")
		p := param{client: c, name: name, rules: strings.Split(rules, ",")}
		values, err := p.values(value)
		if err != nil {
			return nil, 0, err
		}
		if len(values) == 0 && p.has("required") {
			return nil, 0, p.refuse("is required")
		}
		if p.has("comma") && len(values) > 0 {
			values = []string{strings.Join(values, ",")}
		}
		if len(values) > 0 {
			query[name] = values
		}
		most = max(most, p.most())
	}
	if v, ok := options.(validator); ok {
		return query, most, v.validate()
	}
	return query, most, nil
}

// param is one parameter.
type param struct {
	rules

	client *Client
	name   string
}

// most is the greatest value of a number, 0 where there is none.
func (p param) most() int {
	n, _ := p.number("max")
	return int(n)
}

// rules are what a tag says of a field.
type rules []string

func (r rules) has(rule string) bool { return slices.Contains(r, rule) }

// number returns the N of a rule like max=N.
func (r rules) number(rule string) (n int64, ok bool) {
	for _, one := range r {
		if text, found := strings.CutPrefix(one, rule+"="); found {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				panic("calendly: the tag " + one + " is wrong")
			}
			return n, true
		}
	}
	return 0, false
}

func (p param) refuse(problem string) error { return &InputError{Field: p.name, Problem: problem} }

// values returns what a field says; none where it says nothing.
func (p param) values(v reflect.Value) ([]string, error) {
	if v.Kind() == reflect.Slice {
		var all []string
		for i := range v.Len() {
			one, err := p.value(v.Index(i))
			if err == nil && (one == "" || p.has("comma") && strings.Contains(one, ",")) {
				err = p.refuse("has an element that is empty or has a comma")
			}
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		return all, nil
	}
	if v.IsZero() {
		return nil, nil
	}
	one, err := p.value(v)
	return []string{one}, err
}

func (p param) value(v reflect.Value) (string, error) {
	switch value := v.Interface().(type) {
	case URI:
		_, err := p.client.uri(p.name, value)
		return string(value), err
	case Sort:
		return string(value), p.checkSort(string(value))
	case time.Time:
		return value.UTC().Format(wireTime), nil
	case *bool:
		return strconv.FormatBool(*value), nil
	case int:
		if most := p.most(); value < 1 || value > most {
			return "", p.refuse("must be between 1 and " + strconv.Itoa(most))
		}
		return strconv.Itoa(value), nil
	}
	if p.has("lower") {
		return strings.ToLower(v.String()), nil
	}
	return v.String(), nil
}

func (p param) checkSort(text string) error {
	for part := range strings.SplitSeq(text, ",") {
		field, direction, _ := strings.Cut(part, ":")
		if field == "" || direction != "asc" && direction != "desc" {
			return p.refuse("must be like created_at:asc or created_at:desc")
		}
	}
	return nil
}

// ascending checks that a span of time has a length.
func ascending(start, end time.Time) error {
	if !start.Before(end) {
		return &InputError{Field: "end_time", Problem: "must be after start_time"}
	}
	return nil
}
