package calendly

import (
	"testing"
	"time"
)

func TestPasses_begin_with_the_one_that_is_due(t *testing.T) {
	t.Parallel()
	fresh, err := parseFreshness(map[string]string{"pass": passDue})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for name, c := range map[string]struct {
		before passes
		pass   string // that is asked for
		want   string
		goesOn bool
	}{
		"never before":                        {passes{}, passDue, passDeep, false},
		"deep a week ago":                     {passes{Deep: ago(7 * day), Recent: ago(time.Hour)}, passDue, passDeep, false},
		"deep yesterday":                      {passes{Deep: ago(day), Recent: ago(day)}, passDue, passRecent, false},
		"recent today":                        {passes{Deep: ago(2 * day), Recent: ago(time.Hour)}, passDue, passNear, false},
		"the deep one was interrupted":        {passes{Current: passDeep, Began: ago(time.Hour)}, passDue, passDeep, true},
		"another was interrupted":             {passes{Current: passNear, Began: ago(time.Hour), Deep: ago(day)}, passDue, passRecent, false},
		"interrupted, the same is asked for":  {passes{Current: passDeep, Began: ago(time.Hour)}, passDeep, passDeep, true},
		"interrupted, another one is wanted":  {passes{Current: passNear, Began: ago(time.Hour)}, passDeep, passDeep, false},
		"asked for although it is not due":    {passes{Deep: ago(time.Hour), Recent: ago(time.Hour)}, passRecent, passRecent, false},
		"asked for less than what was begun":  {passes{Current: passDeep, Began: ago(time.Hour)}, passNear, passNear, false},
		"nothing asked for means what is due": {passes{Deep: ago(time.Hour), Recent: ago(time.Hour)}, "", passNear, false},
	} {
		f := fresh
		if f.pass = c.pass; c.pass == "" {
			if f, err = parseFreshness(nil); err != nil {
				t.Fatal(err)
			}
		}
		p, goesOn := c.before.begin(f, now)
		if p.Current != c.want || goesOn != c.goesOn || !goesOn && !p.Began.Equal(now) {
			t.Errorf("%s: %+v, goes on %t", name, p, goesOn)
		}
		ended := p.end()
		if wantDeep := c.want == passDeep; ended.Current != "" || ended.Deep.Equal(p.Began) != wantDeep || ended.Recent.Equal(p.Began) != (c.want != passNear) {
			t.Errorf("%s: ended as %+v", name, ended)
		}
	}
}

func TestPasses_due_reads_invitees_at_ages_and_in_the_deep_pass(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	fresh, err := parseFreshness(map[string]string{"invitee_age": "90d"})
	if err != nil {
		t.Fatal(err)
	}
	near, deep := passes{Current: passNear, Began: now}, passes{Current: passDeep, Began: now}
	for name, c := range map[string]struct {
		p         passes
		end, last time.Duration // ago
		want      bool
	}{
		"never read":                          {near, 300 * day, 0, true},
		"read before the end":                 {near, 2 * time.Hour, 3 * time.Hour, true},
		"read after the first age":            {near, 3 * time.Hour, time.Hour, false},
		"a day later":                         {near, 25 * time.Hour, 20 * time.Hour, true},
		"a week later":                        {near, 7*day + time.Hour, 2 * day, true},
		"long ago, read since":                {near, 60 * day, 30 * day, false},
		"still to come":                       {near, -day, time.Hour, false},
		"deep, within the age":                {deep, 60 * day, 30 * day, true},
		"deep, too old":                       {deep, 91 * day, 30 * day, false},
		"deep, read since the pass has begun": {deep, 60 * day, -time.Second, false},
		"deep, of a meeting that is to come":  {deep, -30 * day, day, true},
	} {
		last := now.Add(-c.last)
		if c.last == 0 {
			last = time.Time{}
		}
		if got := c.p.due(fresh, now.Add(-c.end), last, now); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

func TestFreshness_refuses_what_makes_no_sense(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{"near": "soon", "recent": "-1d", "deep_every": "1.5d", "recent_every": "-2h", "invitee_age": "d", "pass": "shallow"} {
		if _, err := parseFreshness(map[string]string{name: value}); err == nil {
			t.Errorf("%s=%s is accepted", name, value)
		}
	}
}

func TestPasses_reach_back_to_the_one_before(t *testing.T) {
	t.Parallel()
	fresh, err := parseFreshness(nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		pass              string
		last, since, news time.Duration // ago; 0: never, or all history
	}{
		"near":                      {passNear, time.Hour, 7 * day, 2 * time.Hour},
		"near after a long pause":   {passNear, 30 * day, 30*day + overlap, 30*day + overlap},
		"near, the first of all":    {passNear, 0, 7 * day, 7 * day},
		"recent":                    {passRecent, time.Hour, 90 * day, 7 * day},
		"recent after a long pause": {passRecent, 100 * day, 100*day + overlap, 100*day + overlap},
		"deep":                      {passDeep, time.Hour, 0, 0},
	} {
		ago := func(d time.Duration) time.Time {
			if d == 0 {
				return time.Time{}
			}
			return now.Add(-d)
		}
		p := passes{Current: c.pass, Began: now, Any: ago(c.last)}
		if got := p.since(fresh); !got.Equal(ago(c.since)) {
			t.Errorf("%s: meetings since %v", name, got)
		}
		if got := p.news(fresh); !got.Equal(ago(c.news)) {
			t.Errorf("%s: news since %v", name, got)
		}
	}
}
