package calendlytest

import (
	"strings"
	"unicode"
)

// A search term is words and "phrases", joined by + or nothing (both needed)
// and | (either), negated by a leading -, grouped by ( ), and open-ended by a
// trailing *. What makes no sense is left out, as search engines do.

// matcher tells whether a text, made by searchable, fits.
type matcher func(text string) bool

// searchable lower-cases a text and puts single spaces around its words.
func searchable(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return " "
	}
	return " " + strings.Join(words, " ") + " "
}

// parseSearch returns what decides whether a text is found by term.
func parseSearch(term string) matcher {
	s := searchParser{rest: term}
	all := s.either()
	for s.rest != "" { // a ) that closes nothing
		s.rest = s.rest[1:]
		all = both(all, s.either())
	}
	if all == nil {
		return func(string) bool { return true }
	}
	return all
}

type searchParser struct{ rest string }

// either parses needed | needed …; nil when there is nothing.
func (s *searchParser) either() matcher {
	left := s.needed()
	for strings.HasPrefix(s.rest, "|") {
		s.rest = s.rest[1:]
		a, b := left, s.needed()
		switch {
		case a == nil:
			left = b
		case b != nil:
			left = func(text string) bool { return a(text) || b(text) }
		}
	}
	return left
}

// needed parses the words up to the next | or ).
func (s *searchParser) needed() matcher {
	var all matcher
	for {
		s.rest = strings.TrimLeft(s.rest, " \t\r\n+")
		if s.rest == "" || s.rest[0] == '|' || s.rest[0] == ')' {
			return all
		}
		all = both(all, s.one())
	}
}

// one parses a word, a phrase, a group, or the negation of one of them.
func (s *searchParser) one() matcher {
	negated := s.rest[0] == '-'
	if negated {
		s.rest = s.rest[1:]
	}
	var m matcher
	switch {
	case strings.HasPrefix(s.rest, "("):
		s.rest = s.rest[1:]
		m = s.either()
		s.rest = strings.TrimPrefix(s.rest, ")")
	case strings.HasPrefix(s.rest, `"`):
		phrase, rest, _ := strings.Cut(s.rest[1:], `"`)
		s.rest = rest
		m = words(phrase, false)
	default:
		end := strings.IndexAny(s.rest, " \t\r\n+|()\"")
		if end < 0 {
			end = len(s.rest)
		}
		word := s.rest[:end]
		s.rest = s.rest[end:]
		m = words(word, strings.HasSuffix(word, "*"))
	}
	if negated && m != nil {
		return func(text string) bool { return !m(text) }
	}
	return m
}

// words matches words that follow each other; nil when there are none.
func words(phrase string, open bool) matcher {
	wanted := searchable(phrase)
	if wanted == " " {
		return nil
	}
	if open {
		wanted = strings.TrimSuffix(wanted, " ")
	}
	return func(text string) bool { return strings.Contains(text, wanted) }
}

func both(a, b matcher) matcher {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return func(text string) bool { return a(text) && b(text) }
}
