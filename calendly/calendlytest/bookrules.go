package calendlytest

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// isPhone reports whether s is a number in E.164.
func isPhone(s string) bool { return regexp.MustCompile(`^\+[1-9]\d{6,14}$`).MatchString(s) }

// person reads who is to be invited.
func (in *input) person() personWish {
	in.require("invitee")
	if !in.has("invitee") {
		return personWish{}
	}
	who := in.inner("invitee")
	who.require("email")
	who.require("timezone")
	p := personWish{email: who.email("email"), zone: who.zone(), name: who.text("name", 255)}
	if first := who.text("first_name", 255); first != "" {
		p.first, p.name = &first, first
	}
	if last := who.text("last_name", 255); last != "" && p.first != nil {
		p.last, p.name = &last, *p.first+" "+last
	}
	if p.name == "" {
		who.refuse("name", saysMissing)
	}
	if number := who.text("text_reminder_number", 0); who.has("text_reminder_number") {
		if !isPhone(number) {
			who.refuse("text_reminder_number", saysPhone)
		}
		p.phone = &number
	}
	return p
}

// tracking reads the six keys of tracking.
func (in *input) tracking() trackingBody {
	var t trackingBody
	from := in.inner("tracking")
	keys := map[string]**string{
		"utm_campaign": &t.UTMCampaign, "utm_source": &t.UTMSource, "utm_medium": &t.UTMMedium,
		"utm_content": &t.UTMContent, "utm_term": &t.UTMTerm, "salesforce_uuid": &t.SalesforceUUID,
	}
	for _, name := range slices.Sorted(maps.Keys(keys)) {
		if s := from.text(name, maxTrack); from.has(name) {
			*keys[name] = &s
		}
	}
	return t
}

// placeFor reads where a meeting of the type is to be held: one of the places
// it is configured with.
func (in *input) placeFor(t *eventType) locationConfiguration {
	if !in.has("location") {
		return in.onlyPlace(t)
	}
	if t.pooling == "round_robin" {
		in.refuse("location", saysOmit)
		return locationConfiguration{}
	}
	at := in.inner("location")
	at.require("kind")
	kind := at.enum("kind", locationKinds()...)
	n := slices.IndexFunc(t.locations, func(l locationConfiguration) bool { return l.Kind == kind })
	if kind == "" || n < 0 {
		if kind != "" {
			at.refuse("kind", saysNoPlace)
		}
		return locationConfiguration{}
	}
	place := t.locations[n]
	switch kind {
	case "physical", "outbound_call", "ask_invitee", "custom":
		place.Location = at.filled("location", 255)
	default:
		if at.has("location") {
			at.refuse("location", saysUnneeded)
		}
	}
	return place
}

// onlyPlace is where a meeting is held when the wish does not say: there must
// be one place at most, and nothing for the invitee to tell of it.
func (in *input) onlyPlace(t *eventType) locationConfiguration {
	switch {
	case len(t.locations) == 0:
		return locationConfiguration{}
	case t.pooling == "round_robin":
		return t.locations[0]
	case len(t.locations) > 1 || t.locations[0].Kind == "ask_invitee" || t.locations[0].Kind == "outbound_call":
		in.refuse("location", saysMissing)
	}
	return t.locations[0]
}

// answersFor reads the answers to the questions of a type.
func (in *input) answersFor(t *eventType) []answerBody {
	answers, given := []answerBody{}, map[string]bool{}
	for _, a := range in.each("questions_and_answers", maxAnswers) {
		a.require("question")
		a.require("answer")
		a.require("position")
		b := answerBody{Question: a.text("question", 0), Answer: a.text("answer", maxReasonText)}
		if n := a.integer("position", 0, maxAnswers); n != nil {
			b.Position = *n
		}
		n := slices.IndexFunc(t.questions, func(q questionBody) bool { return q.Enabled && q.Name == b.Question })
		switch {
		case !a.has("question"):
		case n < 0:
			a.refuse("question", saysQuestion)
		case a.has("answer") && !t.questions[n].fits(b.Answer):
			a.refuse("answer", saysChoice)
		}
		given[b.Question] = b.Answer != ""
		answers = append(answers, b)
	}
	for _, q := range t.questions {
		if q.Enabled && q.Required && !given[q.Name] {
			in.refuse("questions_and_answers", q.Name+" "+saysMissing)
		}
	}
	return answers
}

// fits reports whether the text answers q; several choices stand on lines of
// their own.
func (q *questionBody) fits(answer string) bool {
	switch q.Type {
	case "single_select":
		return q.IncludeOther || answer == "" || slices.Contains(q.AnswerChoices, answer)
	case "multi_select":
		for line := range strings.SplitSeq(answer, "\n") {
			if !q.IncludeOther && line != "" && !slices.Contains(q.AnswerChoices, line) {
				return false
			}
		}
	}
	return true
}
