package mapping

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/vault"
)

// minSecret is how long the key of hashes must be, in bytes.
const minSecret = 16

// compiler compiles the rules of one stream.
type compiler struct {
	file   File
	rules  Rules
	source connect.Stream
	tables map[string]string // by stream
	secret vault.Secret
	zones  *zones
	slots  []slot // of the source's columns
	hashes bool
	out    *Stream
}

// Compile checks f against all streams of a source and makes it ready to map
// their records. Hashes are keyed with secret, of at least 16 bytes, which may
// be empty if nothing is hashed. An error is a fault.Invalid whose Field is the
// setting: "streams.invitees.compute.domain".
func (f File) Compile(streams []connect.Stream, secret vault.Secret) (*Mapping, error) {
	if err := f.check(streams); err != nil {
		return nil, err
	}
	tables, err := f.tables(streams)
	if err != nil {
		return nil, err
	}
	m := &Mapping{streams: map[string]*Stream{}}
	shared := &zones{}
	for _, s := range streams {
		c := &compiler{file: f, rules: f.Streams[s.Name], source: s, tables: tables, secret: secret, zones: shared}
		if m.streams[s.Name], err = c.compile(); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// check refuses kinds, actions and streams that there are not.
func (f File) check(streams []connect.Stream) error {
	kinds := []connect.Personal{connect.Email, connect.Name, connect.Phone, connect.Answer}
	for _, kind := range slices.Sorted(maps.Keys(f.Personal)) {
		field := "personal." + string(kind)
		if !slices.Contains(kinds, kind) {
			return wrong(field, "there is no kind %q of personal data", kind).WithHint("choose from email, name, phone, answer")
		}
		if a := f.Personal[kind]; a != Hash && a != Redact {
			return wrong(field, "%q cannot be done with personal data", a).WithHint("choose from hash, redact")
		}
	}
	var known []string
	for _, s := range streams {
		known = append(known, s.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(f.Streams)) {
		if !slices.Contains(known, name) {
			return wrong("streams."+name, "there is no stream %q", name).WithHint("%s", choose(name, known))
		}
	}
	return nil
}

// tables returns the table of each stream and refuses two of one name.
func (f File) tables(streams []connect.Stream) (map[string]string, error) {
	tables, taken := map[string]string{}, map[string]string{}
	for _, s := range streams {
		table := s.Name
		if to := f.Streams[s.Name].To; to != "" {
			if table = to; !isName(to) {
				return nil, wrong("streams."+s.Name+".to", "%q cannot be the name of a table", to).WithHint(nameHint)
			}
		}
		tables[s.Name] = table
		history := connect.HistoryOf(connect.Stream{Name: table}).Name
		for _, name := range []string{table, history} {
			name = strings.ToLower(name)
			other, ok := taken[name]
			renamed := s.Name
			if f.Streams[s.Name].To == "" {
				renamed = other
			}
			if ok && f.Streams[renamed].To != "" {
				return nil, wrong("streams."+renamed+".to", "the streams %s and %s would both be written to the table %q", other, s.Name, name)
			}
			taken[name] = s.Name
		}
	}
	return tables, nil
}

func (c *compiler) path(parts ...string) string {
	return strings.Join(append([]string{"streams", c.source.Name}, parts...), ".")
}

func (c *compiler) names() []string {
	var all []string
	for _, column := range c.source.Columns {
		all = append(all, column.Name)
	}
	return all
}

func (c *compiler) compile() (*Stream, error) {
	c.out = &Stream{source: c.source, target: c.source, path: c.path()}
	c.out.target.Name, c.out.target.Columns = c.tables[c.source.Name], nil
	if err := c.personal(); err != nil {
		return nil, err
	}
	if err := c.columns(); err != nil {
		return nil, err
	}
	if c.rules.Filter != "" {
		if err := c.filter(); err != nil {
			return nil, err
		}
	}
	c.out.target.Key = nil
	for _, key := range c.source.Key {
		c.out.target.Key = append(c.out.target.Key, c.named(key))
	}
	c.out.target.Parent, c.out.target.Time = c.still(c.source.Parent), c.still(c.source.Time)
	if c.out.cleaner == nil && jsonOf(c.rules) == jsonOf(Rules{}) {
		c.out.same = true
		return c.out, nil
	}
	c.out.fingerprint = c.fingerprint()
	return c.out, nil
}

// still returns the name in the table of a column of the source, empty if it
// is not there any more as it was.
func (c *compiler) still(name string) string {
	named := c.named(name)
	i := c.out.target.Column(named)
	if name == "" || i < 0 || c.out.from[i] != c.source.Column(name) {
		return ""
	}
	if do := c.out.slots[i].do; do != nil && do.action != keep {
		return ""
	}
	return named
}

func (c *compiler) filter() error {
	field := c.path("filter")
	e, err := newExpression(field, c.rules.Filter, c.source, c.zones)
	if err != nil {
		return err
	}
	if e.gives != nil && e.gives.Kind() != reflect.Bool && e.gives.Kind() != reflect.Interface {
		return wrong(field, "the filter gives %s, which is neither true nor false", nameOf(e.gives))
	}
	c.out.filter = e
	return nil
}

// fingerprint returns a hash of all that decides what a record becomes. The
// number is that of the rules themselves: it grows when the same file means
// something else.
func (c *compiler) fingerprint() string {
	h := sha256.New()
	fmt.Fprintf(h, "1 %s %s", c.out.target.Name, jsonOf(c.rules))
	for i, s := range c.slots {
		fmt.Fprintf(h, "\n%q", c.source.Columns[i].Name)
		if c.out.cleaner == nil {
			continue
		}
		for _, at := range slices.Sorted(maps.Keys(s.inside)) {
			fmt.Fprintf(h, " %q %v", at, *s.inside[at])
		}
	}
	if c.hashes {
		fmt.Fprintf(h, "\n%s", sum(c.secret, "which key this is"))
	}
	return hex.EncodeToString(h.Sum(nil)[:sumBytes])
}

// jsonOf writes what is made of plain values only.
func jsonOf(r Rules) string {
	text, err := jsonv2.Marshal(r, jsonv2.Deterministic(true))
	if err != nil {
		return err.Error()
	}
	return string(text)
}
