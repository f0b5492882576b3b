package mapping

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/vault"
)

// Redacted stands where personal data was.
const Redacted = "[redacted]"

// keep is what is done with a value that says nothing about a person: only what
// is strong is taken out of it.
const keep Action = "keep"

// place says what is done with a value.
type place struct {
	action Action
	// exact: it is a key, two of which that differ in case are two.
	exact bool
}

// slot is a value of a record that is written.
type slot struct {
	column connect.Column
	do     *place            // of the value as a whole
	inside map[string]*place // of JSON, by the names on the way joined by "_"
	key    bool
}

// cleaner takes personal data out of the records of one stream. It is safe for
// concurrent use.
type cleaner struct {
	source []slot // the columns of the source
	names  []int  // those that name a record: the key and references
	secret vault.Secret
}

// cleaning is the cleaning of one record.
type cleaning struct {
	*cleaner
	found   values
	records []string // what names a record: keys and references
	origins []string // what the URLs among them begin with
}

// clean replaces the personal data of the source's record in each of written,
// the values of slots. With an error it returns the name of the column in which
// it cannot be done.
func (c *cleaner) clean(record []any, slots []slot, written []any) (column string, err error) {
	one := &cleaning{cleaner: c}
	one.recall(record)
	for i, s := range c.source {
		if err := one.gather(s, record[i]); err != nil {
			return s.column.Name, err
		}
	}
	one.found.sort()
	for i, s := range slots {
		if written[i], err = one.slot(s, written[i]); err != nil {
			return s.column.Name, err
		}
	}
	return "", nil
}

// recall notes what names records.
func (c *cleaning) recall(record []any) {
	for _, i := range c.names {
		text, ok := record[i].(string)
		if !ok {
			continue
		}
		c.records = append(c.records, text)
		if scheme, rest, ok := strings.Cut(text, "://"); ok {
			if host, _, ok := strings.Cut(rest, "/"); ok {
				c.origins = append(c.origins, scheme+"://"+host+"/")
			}
		}
	}
}

// isName reports whether text names a record rather than says something.
func (c *cleaning) isName(text string) bool {
	for _, r := range c.records {
		if text == r {
			return true
		}
	}
	for _, o := range c.origins {
		if strings.HasPrefix(text, o) {
			return true
		}
	}
	return false
}

// gather finds the personal data in a value of the source.
func (c *cleaning) gather(s slot, v any) error {
	switch v := v.(type) {
	case nil:
	case connect.Document:
		if len(s.inside) == 0 {
			return nil
		}
		return walk(v, s.inside, func(l leaf) {
			if c.takes(l) {
				c.found.add(l.text, c.token(l.do, l.text))
			}
		})
	case time.Time:
	default:
		if s.do != nil && s.do.action != keep {
			c.found.add(textOf(v), c.token(s.do, textOf(v)))
		}
	}
	return nil
}

// slot returns what is written for v.
func (c *cleaning) slot(s slot, v any) (any, error) {
	text, isText := v.(string)
	switch {
	case v == nil:
		return nil, nil
	case s.column.Type == connect.JSON:
		doc, ok := v.(connect.Document)
		if !ok {
			return nil, errJSON
		}
		return rewrite(doc, s.inside, c.leaf)
	case s.do != nil && s.do.action != keep:
		return c.done(s.do, v), nil
	case s.key && isText:
		return v, c.key(text)
	case isText:
		text, _ = c.text(text, s.do != nil)
		return text, nil
	}
	return c.number(s, v)
}

// key refuses a key that holds personal data: a deleted record has nothing but
// its key, so that it cannot be looked for there.
func (c *cleaning) key(text string) error {
	_, held := c.found.replace(text, true)
	if _, whole := c.found.whole(text); held || whole && len(text) >= minInside {
		return errors.New("the key holds a value that may not be kept; hash the key too")
	}
	return nil
}

// done returns what stands in the place of v.
func (c *cleaner) done(do *place, v any) any {
	if text, ok := v.(string); ok {
		if text == "" {
			return text
		}
		return c.token(do, text)
	}
	if do.action == Hash {
		return c.token(do, textOf(v))
	}
	return nil // there is no other value of such a type that says nothing
}

// number returns v unless it is the digits of a telephone number.
func (c *cleaning) number(s slot, v any) (any, error) {
	if _, ok := v.(bool); ok || !c.isNumber(textOf(v)) {
		return v, nil
	}
	if s.column.Required {
		return nil, errors.New("it is a number that may not be kept, and cannot be null")
	}
	return nil, nil
}

// isNumber reports whether digits are one of the values, long enough to be told
// from a count.
func (c *cleaning) isNumber(digits string) bool {
	_, ok := c.found.whole(digits)
	return ok && len(digits) >= minPhone
}

// leaf returns what is written in the place of a leaf of JSON.
func (c *cleaning) leaf(l leaf) (string, bool) {
	switch {
	case l.text == "":
		return "", false
	case c.takes(l):
		return c.token(l.do, l.text), true
	case l.number:
		if !c.isNumber(l.text) {
			return "", false
		}
		return c.found.whole(l.text)
	}
	return c.text(l.text, l.do != nil && l.do.action == keep)
}

// takes reports whether a leaf is personal data for where it stands. What names
// a record is not, unless just that is to be taken out.
func (c *cleaning) takes(l leaf) bool {
	return l.do != nil && l.do.action != keep && !(l.deep && c.isName(l.text))
}

// text returns text without personal data, and whether there was any. What is
// public, names a record or is a time keeps whatever looks like a word of it.
func (c *cleaning) text(text string, public bool) (string, bool) {
	if len(c.found.all) == 0 {
		return text, false
	}
	if token, ok := c.found.whole(text); ok && !public {
		return token, true
	}
	return c.found.replace(text, public || c.isName(text) || isTime(text))
}

// token returns what stands in the place of text: a keyed hash, without regard
// to the case of an e-mail address, or a text that says nothing.
func (c *cleaner) token(do *place, text string) string {
	if do.action == Redact {
		return Redacted
	}
	if do.exact {
		return sum(c.secret, text)
	}
	if text = strings.TrimSpace(text); isAddress(text) {
		text = strings.ToLower(text)
	}
	return sum(c.secret, text)
}

// sumBytes is how much of a hash is kept: enough that no two are ever equal.
const sumBytes = 16

// sum returns the keyed hash of text in hexadecimal.
func sum(secret vault.Secret, text string) string {
	h := hmac.New(sha256.New, []byte(secret.Reveal()))
	h.Write([]byte(text))
	return hex.EncodeToString(h.Sum(nil)[:sumBytes])
}

// isAddress reports whether text looks like an e-mail address.
func isAddress(text string) bool {
	return strings.Count(text, "@") == 1 && !strings.ContainsAny(text, " \t\r\n")
}

// isTime reports whether text looks like an RFC 3339 time.
func isTime(text string) bool {
	if len(text) < len("2006-01-02T15:04:05Z") || text[4] != '-' || text[10] != 'T' {
		return false
	}
	_, err := time.Parse(time.RFC3339Nano, text)
	return err == nil
}

// textOf returns a value of a column as text.
func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return connect.FormatTime(v)
	}
	return fmt.Sprint(v)
}
