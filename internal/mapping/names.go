package mapping

import (
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/fault"
)

// wrong returns the error of a setting of the map file.
func wrong(field, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).WithField(field)
}

// choose returns a hint for who named something that is not among names: what
// was probably meant, else all there is.
func choose(name string, names []string) string {
	near := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return distance(name, n) > (len(name)+2)/3 })
	if len(near) > 0 {
		slices.SortStableFunc(near, func(a, b string) int { return distance(name, a) - distance(name, b) })
		return "did you mean " + strings.Join(near[:min(len(near), 3)], " or ") + "?"
	}
	return "choose from " + strings.Join(names, ", ")
}

// distance returns how many letters have to be added, left out or replaced to
// make b of a, without regard to case.
func distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// maxName is how long the name of a table or column may be: what PostgreSQL
// keeps of one.
const maxName = 63

// isName reports whether a person may give a table or column that name. Names
// with a leading underscore are Kalends' own.
func isName(name string) bool {
	for i, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r != '_' && (r < '0' || r > '9')) {
			return false
		}
	}
	return name != "" && len(name) <= maxName
}

const nameHint = "use up to 63 letters, digits and underscores, a letter first"
