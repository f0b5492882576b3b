package calendlytest

import "strings"

// submission is a routing form that was filled in. Its facts come from one
// event, which the visitor booked then, or might have.
type submission struct {
	form    int
	event   int
	created int64
	booked  bool
}

// submissionBody is the wire form of a routing form submission.
type submissionBody struct {
	URI                 string           `json:"uri"`
	RoutingForm         string           `json:"routing_form"`
	QuestionsAndAnswers []formAnswerBody `json:"questions_and_answers"`
	Tracking            trackingBody     `json:"tracking"`
	Result              *resultBody      `json:"result,omitempty"`
	Submitter           *string          `json:"submitter"`
	SubmitterType       *string          `json:"submitter_type"`
	CreatedAt           string           `json:"created_at"`
	UpdatedAt           string           `json:"updated_at"`
}

type formAnswerBody struct {
	QuestionUUID *string `json:"question_uuid"` // null when the question is gone
	Question     string  `json:"question"`
	Answer       *string `json:"answer"`
}

// resultBody says where the form led; Value is a string or a messageBody.
type resultBody struct {
	Type  string `json:"type"`
	Value any    `json:"value"`
}

type messageBody struct {
	Headline string `json:"headline"`
	Body     string `json:"body"`
}

// eventsPerSubmission is how many events share one submission.
const eventsPerSubmission = 10

// submissions returns how many submissions were drawn.
func (w *world) submissions() int { return w.events / eventsPerSubmission }

// allSubmissions returns how many there are, drawn and made.
func (w *world) allSubmissions() int { return w.submissions() + len(w.filled) }

func (w *world) submission(s int) submission {
	d := w.draw(kindSubmission, s, 0)
	v := submission{event: s*eventsPerSubmission + d.n(eventsPerSubmission), form: d.n(w.forms() - 1)}
	e := w.event(v.event)
	v.created = e.created - (minute+d.n64(9*minute))*micros
	v.booked = d.chance(400) && e.chain.place == 0
	return v
}

// submissionOf returns the URI of the submission that led to invitee k of e.
func (w *world) submissionOf(e *event, k int) *string {
	s := e.index / eventsPerSubmission
	if k > 0 || e.chain.place > 0 || s >= w.submissions() {
		return nil
	}
	if v := w.submission(s); v.event != e.index || !v.booked {
		return nil
	}
	return new(w.uri(kindSubmission, s))
}

func (w *world) submissionBody(s int) submissionBody {
	b := w.filledIn(s)
	if v, ok := w.went[s]; ok {
		b.Submitter, b.SubmitterType, b.UpdatedAt = &v.invitee, new("Invitee"), stamp(v.at)
	}
	return b
}

// filledIn returns the wire form of a submission as it was sent.
func (w *world) filledIn(s int) submissionBody {
	if n := s - w.submissions(); 0 <= n && n < len(w.filled) {
		return w.filled[n].body
	}
	v := w.submission(s)
	d := w.draw(kindSubmission, s, 1)
	who := w.guest(w.person(v.event, 0))
	b := submissionBody{
		URI: w.uri(kindSubmission, s), RoutingForm: w.uri(kindRoutingForm, v.form), QuestionsAndAnswers: w.formAnswers(v.form, who, &d),
		Tracking: tracking(&d), Result: w.result(&v, &d), CreatedAt: stamp(v.created), UpdatedAt: stamp(v.created),
	}
	if v.booked {
		b.Submitter, b.SubmitterType = new(w.inviteeURI(v.event, 0)), new("Invitee")
	}
	return b
}

func (w *world) formAnswers(form int, who guest, d *draw) []formAnswerBody {
	var answers []formAnswerBody
	for _, q := range w.formQuestions(form) {
		a := formAnswerBody{QuestionUUID: &q.UUID, Question: q.Name}
		switch {
		case q.Type == "name":
			a.Answer = &who.written
		case q.Type == "email":
			a.Answer = &who.email
		case len(q.AnswerChoices) > 0:
			a.Answer = new(pick(d, q.AnswerChoices))
		case d.chance(250):
		case q.Type == "phone":
			a.Answer = new(phone(d))
		default:
			a.Answer = new(pick(d, []string{"Acme", "Wir möchten 20 Plätze.\nBald!", "見積もりをお願いします", "n/a"}))
		}
		answers = append(answers, a)
	}
	if d.chance(50) {
		answers = append(answers, formAnswerBody{Question: "Fax", Answer: new("no")})
	}
	return answers
}

func (w *world) result(v *submission, d *draw) *resultBody {
	to := resultBody{Type: "event_type", Value: w.uri(kindEventType, w.typeOf(v.event))}
	if v.booked {
		return &to
	}
	switch p := d.n(10); {
	case p < 4:
	case p < 7:
		to = resultBody{"external_url", "https://example.com/" + strings.ToLower(w.domain) + "/pricing?from=form"}
	case p < 9:
		to = resultBody{"custom_message", messageBody{"Thank you – danke – ありがとう", "We will be in touch."}}
	default:
		return nil
	}
	return &to
}

func getSubmission(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindSubmission, noAccess)
	if err != nil {
		return nil, err
	}
	return resource[submissionBody]{c.world.submissionBody(r.index)}, nil
}
