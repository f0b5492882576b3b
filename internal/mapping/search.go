package mapping

import (
	"cmp"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// minInside is how long a value must be, in bytes of UTF-8, to be looked for
	// inside of other text: four Latin letters, or two Chinese ones. A shorter
	// one is found where it is all of a text.
	minInside = 4
	// minPhone is how many digits make a telephone number of some text.
	minPhone = 7
)

// value is one piece of personal data of one record, and what stands in its
// place.
type value struct {
	text   []rune // without regard to case
	token  string
	inside bool // it is looked for inside of text
	// strong values identify a person wherever they stand: even inside what
	// names a record.
	strong bool
	digits bool // of text only the digits count, as in a telephone number
}

// values are the personal data of one record. They are looked for without
// regard to case.
type values struct {
	all   []value   // the longest first, once sorted
	first [256]bool // the first bytes of those that are looked for inside
}

// add notes that text is to be replaced by token wherever it occurs.
func (v *values) add(text, token string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	digits, phone := digitsOf(text)
	phone = phone && len(digits) >= minPhone
	one := value{
		text: folded(text), token: token,
		strong: phone || strings.ContainsRune(text, '@') || strings.Contains(text, "://"),
	}
	// A short number is part of too many others.
	one.inside = len(text) >= minInside && (phone || strings.Trim(text, "0123456789") != "")
	v.put(one)
	if phone {
		one.text, one.digits = folded(digits), true
		v.put(one)
	}
}

// put adds one unless it is there.
func (v *values) put(one value) {
	if !slices.ContainsFunc(v.all, func(have value) bool { return have.digits == one.digits && slices.Equal(have.text, one.text) }) {
		v.all = append(v.all, one)
	}
}

// sort makes v ready to be looked for.
func (v *values) sort() {
	slices.SortStableFunc(v.all, func(a, b value) int { return cmp.Compare(len(b.text), len(a.text)) })
	for _, one := range v.all {
		if !one.inside {
			continue
		}
		v.first['%'], v.first['&'] = true, true // of what is escaped
		var b [utf8.UTFMax]byte
		for r := unicode.SimpleFold(one.text[0]); ; r = unicode.SimpleFold(r) {
			utf8.EncodeRune(b[:], r)
			v.first[b[0]] = true
			if r == one.text[0] {
				break
			}
		}
	}
}

// whole returns the token of the value that text is.
func (v *values) whole(text string) (string, bool) {
	text = strings.TrimSpace(text)
	first := leading(text)
	for i := range v.all {
		one := &v.all[i]
		if first >= 0 && first != one.text[0] {
			continue
		}
		if n := one.match(text); n > 0 && n == len(text) {
			return one.token, true
		}
	}
	return "", false
}

// replace returns text with a token in the place of each value in it, or of each
// strong one, and whether there was any.
func (v *values) replace(text string, strongOnly bool) (string, bool) {
	var b strings.Builder
	done := 0
	for i := 0; i < len(text); {
		n, token := 0, ""
		if v.first[text[i]] {
			n, token = v.at(text[i:], strongOnly)
		}
		if n == 0 {
			i++
			continue
		}
		b.WriteString(text[done:i])
		b.WriteString(token)
		i += n
		done = i
	}
	if done == 0 {
		return text, false
	}
	b.WriteString(text[done:])
	return b.String(), true
}

// at returns how long the value is that text begins with, and its token; 0: it
// begins with none.
func (v *values) at(text string, strongOnly bool) (int, string) {
	first := leading(text)
	for i := range v.all {
		one := &v.all[i]
		if first >= 0 && first != one.text[0] || !one.inside || strongOnly && !one.strong {
			continue
		}
		if n := one.match(text); n > 0 {
			return n, one.token
		}
	}
	return 0, ""
}

// leading returns the letter that text begins with, -1 if it may be escaped.
func leading(text string) rune {
	if text == "" || text[0] == '%' || text[0] == '&' || text[0] == '+' {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(text)
	return fold(r)
}

// match returns how many bytes of text are the value, if it begins with it.
// Each letter may be escaped as in a URL or in HTML.
func (one *value) match(text string) int {
	n := 0
	for i, want := range one.text {
		size := letter(text[n:], want)
		for one.digits && i > 0 && size == 0 {
			r, between := utf8.DecodeRuneInString(text[n:])
			if between == 0 || !strings.ContainsRune(separators, r) {
				return 0
			}
			n += between
			size = letter(text[n:], want)
		}
		if size == 0 {
			return 0
		}
		n += size
	}
	return n
}

// letter returns how many bytes of text are the letter want, if it begins with
// it; 0: it does not.
func letter(text string, want rune) int {
	if text == "" {
		return 0
	}
	if r, size := utf8.DecodeRuneInString(text); fold(r) == want {
		return size
	}
	switch text[0] {
	case '+': // a space in a URL
		if want == ' ' {
			return 1
		}
	case '%':
		return percented(text, want)
	case '&':
		end := strings.IndexByte(text[:min(len(text), maxEntity)], ';') + 1
		if r, _ := utf8.DecodeRuneInString(html.UnescapeString(text[:end])); end > 0 && fold(r) == want {
			return end
		}
	}
	return 0
}

// maxEntity is how long the name of a character in HTML is at most, of those
// that stand in names.
const maxEntity = 10

// percented is letter for one whose bytes are written as %41.
func percented(text string, want rune) int {
	var letter [utf8.UTFMax]byte
	for i := range letter {
		at := 3 * i
		if len(text) < at+3 || text[at] != '%' {
			return 0
		}
		b, err := strconv.ParseUint(text[at+1:at+3], 16, 8)
		if err != nil {
			return 0
		}
		letter[i] = byte(b)
		if utf8.FullRune(letter[:i+1]) {
			if r, size := utf8.DecodeRune(letter[:i+1]); size == i+1 && fold(r) == want {
				return at + 3
			}
			return 0
		}
	}
	return 0
}

// separators stand between the digits of telephone numbers.
const separators = " \u00a0+-./()"

// digitsOf returns the digits of text, and whether there is nothing else in it
// but what stands between those of telephone numbers.
func digitsOf(text string) (string, bool) {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case !strings.ContainsRune(separators, r):
			return "", false
		}
	}
	return b.String(), true
}

func folded(text string) []rune {
	all := []rune(text)
	for i, r := range all {
		all[i] = fold(r)
	}
	return all
}

// fold returns the same rune for all that differ in case only.
func fold(r rune) rune {
	if r < utf8.RuneSelf {
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}
