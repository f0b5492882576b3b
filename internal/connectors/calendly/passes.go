package calendly

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Names of the passes over scheduled events. Each reads all that comes after
// its beginning, and so does the work of those before it.
const (
	passNear   = "near"   // what is to come and the last days: in every run
	passRecent = "recent" // the last months: from time to time
	passDeep   = "deep"   // all history, and the invitees again: seldom
	passDue    = "due"    // the one of these that is due
)

// What is done about records that are not there any more.
const (
	deletesMark   = "mark"   // _deleted_at says since when
	deletesRemove = "remove" // the rows go, too
	deletesIgnore = "ignore" // nothing; they are not looked for either
)

// freshness is how scheduled events and their invitees are kept fresh.
type freshness struct {
	near, recent           time.Duration // how far back the passes reach
	recentEvery, deepEvery time.Duration
	pass                   string // the pass to make, or passDue
	ages                   []time.Duration
	inviteeAge             time.Duration // the deep pass reads invitees of meetings that ended within it
}

const (
	day     = 24 * time.Hour
	forever = "36500d"
)

// ages are how long after the end of a meeting its invitees are read again:
// no-shows are marked late, and may not touch the meeting.
func ages() []time.Duration { return []time.Duration{time.Hour, day, 7 * day} }

// freshOptions are the settings of freshness, with their defaults.
func freshOptions() []connect.Field {
	return []connect.Field{
		{Name: "near", Title: "Near", Default: "7d", Help: "How far back every run reads scheduled events; it always reads all future ones."},
		{Name: "recent", Title: "Recent", Default: "90d", Help: "How far back the recent pass reads scheduled events."},
		{Name: "recent_every", Title: "Recent every", Default: "24h", Help: "How often the recent pass is made."},
		{Name: "deep_every", Title: "Deep every", Default: "7d", Help: "How often all history is read, with the invitees."},
		{Name: "invitee_age", Title: "Invitee age", Help: "The deep pass reads invitees again of meetings that ended no longer ago. Empty: of all.", Example: "90d"},
		{Name: "pass", Title: "Pass", Default: passDue, Help: "How much is read: deep is everything, recent and near are the last months and days and all that is to come, due is the one of them that is due."},
		{Name: "deletes", Title: "Deletes", Default: deletesMark, Help: "What is done about records that were deleted at Calendly: mark them in _deleted_at, remove them, or ignore it."},
	}
}

// parseFreshness reads the settings.
func parseFreshness(values map[string]string) (freshness, error) {
	f := freshness{ages: ages(), pass: cmp.Or(values["pass"], passDue)}
	for _, o := range freshOptions() {
		into := map[string]*time.Duration{
			"near": &f.near, "recent": &f.recent, "recent_every": &f.recentEvery, "deep_every": &f.deepEvery, "invitee_age": &f.inviteeAge,
		}[o.Name]
		if into == nil {
			continue
		}
		text := cmp.Or(values[o.Name], o.Default, forever)
		var ok bool
		if *into, ok = parseAge(text); !ok {
			return f, fault.New(fault.Invalid, "%q is not a length of time", text).WithField(o.Name).WithHint("write it as 7d or 36h")
		}
	}
	switch f.pass {
	case passNear, passRecent, passDeep, passDue:
	default:
		return f, fault.New(fault.Invalid, "there is no pass %q", f.pass).WithField("pass").WithHint("choose near, recent, deep or due")
	}
	if f.recent < f.near {
		f.recent = f.near
	}
	return f, nil
}

// parseAge reads a length of time like 7d or 36h.
func parseAge(text string) (time.Duration, bool) {
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		return time.Duration(n) * day, err == nil && n >= 0 && n < 100_000
	}
	d, err := time.ParseDuration(text)
	return d, err == nil && d >= 0
}

func parseDeletes(text string) (string, error) {
	switch text {
	case "":
		return deletesMark, nil
	case deletesMark, deletesRemove, deletesIgnore:
		return text, nil
	}
	return "", fault.New(fault.Invalid, "deletions cannot be treated as %q", text).WithField("deletes").WithHint("choose mark, remove or ignore")
}

// passes says when each pass was last begun that was made to its end, and
// which is under way.
type passes struct {
	Any     time.Time `json:"any,omitzero"`
	Recent  time.Time `json:"recent,omitzero"`
	Deep    time.Time `json:"deep,omitzero"`
	Current string    `json:"current,omitempty"`
	Began   time.Time `json:"began,omitzero"`
}

// begin returns p with a pass under way: the deep one, if it was interrupted and
// is still wanted, or else a new one. The others take few calls, and what they
// had read may have changed.
func (p passes) begin(f freshness, now time.Time) (_ passes, goesOn bool) {
	want := f.pass
	switch {
	case want == passDue && p.Current == passDeep:
		want = passDeep
	case want == passDue && now.Sub(p.Deep) >= f.deepEvery:
		want = passDeep
	case want == passDue && now.Sub(p.Recent) >= f.recentEvery:
		want = passRecent
	case want == passDue:
		want = passNear
	}
	if p.Current == want && want == passDeep {
		return p, true
	}
	p.Current, p.Began = want, now
	return p, false
}

// overlap is how far reading goes back beyond the beginning of the pass before:
// clocks differ, and a record may show a little late.
const overlap = time.Hour

// since returns where the pass under way begins; zero: with all history. Nothing
// is left out that came since the pass before, however long ago that was made.
func (p passes) since(f freshness) time.Time {
	switch p.Current {
	case passNear:
		return p.orLast(p.Began.Add(-f.near))
	case passRecent:
		return p.orLast(p.Began.Add(-f.recent))
	default:
		return time.Time{}
	}
}

// news returns where the pass under way begins with what is written once and
// does not change, or what is listed by its last change; zero: with all of it.
func (p passes) news(f freshness) time.Time {
	switch {
	case p.Current == passNear && !p.Any.IsZero():
		return p.orLast(p.Began)
	case p.Current == passRecent:
		return p.orLast(p.Began.Add(-f.near))
	default:
		return p.since(f)
	}
}

// orLast returns t, or the beginning of the pass before, if that is earlier.
func (p passes) orLast(t time.Time) time.Time {
	if last := p.Any.Add(-overlap); !p.Any.IsZero() && last.Before(t) {
		return last
	}
	return t
}

// end returns p with the pass made to its end.
func (p passes) end() passes {
	p.Any = p.Began
	switch p.Current {
	case passDeep:
		p.Deep, p.Recent = p.Began, p.Began
	case passRecent:
		p.Recent = p.Began
	}
	p.Current, p.Began = "", time.Time{}
	return p
}

// due reports whether the invitees of a meeting that is as it was are to be
// read again; they were last read at last.
func (p passes) due(f freshness, end, last, now time.Time) bool {
	if last.IsZero() {
		return true
	}
	if p.Current == passDeep && last.Before(p.Began) && end.After(now.Add(-f.inviteeAge)) {
		return true
	}
	for _, age := range f.ages {
		if at := end.Add(age); !now.Before(at) && last.Before(at) {
			return true
		}
	}
	return false
}
