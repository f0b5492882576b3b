package calendlytest

import "slices"

// heldSubmission is a routing form that a write filled in.
type heldSubmission struct {
	form int
	body submissionBody
}

// wentOn is who booked after filling in a form, and when.
type wentOn struct {
	invitee string
	at      int64
}

// submitForm is what a visitor does who fills in a routing form.
func submitForm(c *call) (change, error) {
	in := c.input()
	in.only("form", "questions_and_answers", "result", "tracking")
	of := in.required("form", kindRoutingForm)
	result, tracking := in.result(), in.tracking()
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(of, noAccess)
	if err != nil {
		return nil, err
	}
	w := c.world
	f := w.formBody(r.index)
	if f.Status != "published" {
		in.refuse("form", saysDraft)
	}
	answers := in.formAnswers(f.Questions)
	if err := in.err(); err != nil {
		return nil, err
	}
	return func() any {
		s := w.allSubmissions()
		b := submissionBody{
			URI: w.uri(kindSubmission, s), RoutingForm: f.URI, QuestionsAndAnswers: answers, Tracking: tracking, Result: result,
			CreatedAt: stamp(c.now), UpdatedAt: stamp(c.now),
		}
		w.filled = append(w.filled, heldSubmission{r.index, b})
		w.log(c.now, -1, "Routing_Form", "Submit", map[string]any{"routing_form": f.URI, "routing_form_submission": b.URI})
		c.announceSubmission(s)
		return resource[submissionBody]{b}
	}, nil
}

// result reads where a form led; without, it led to the owner's first event
// type.
func (in *input) result() *resultBody {
	w := in.call.world
	to := &resultBody{Type: "event_type", Value: w.uri(kindEventType, w.firstTypes[ownerIndex])}
	if !in.has("result") {
		return to
	}
	r := in.inner("result")
	r.require("type")
	r.require("value")
	switch to.Type = r.enum("type", "event_type", "external_url", "custom_message"); to.Type {
	case "event_type":
		if t := r.object("value", kindEventType); t != nil && t.world != w {
			r.refuse("value", saysURI)
		}
		to.Value = r.text("value", 0)
	case "external_url":
		to.Value = r.web("value")
	case "custom_message":
		m := r.inner("value")
		to.Value = messageBody{m.filled("headline", 0), m.filled("body", 0)}
	}
	return to
}

// formAnswers reads the answers to the questions of a form; those that are not
// answered are null.
func (in *input) formAnswers(questions []formQuestionBody) []formAnswerBody {
	given := map[string]*string{}
	for _, a := range in.each("questions_and_answers", maxAnswers) {
		question, answer := a.filled("question", 0), a.filled("answer", maxReasonText)
		n := slices.IndexFunc(questions, func(q formQuestionBody) bool { return q.Name == question })
		switch {
		case n < 0:
			a.refuse("question", saysFormQuestion)
		case len(questions[n].AnswerChoices) > 0 && !slices.Contains(questions[n].AnswerChoices, answer):
			a.refuse("answer", oneOf(questions[n].AnswerChoices))
		case questions[n].Type == "email" && !isEmail(answer):
			a.refuse("answer", saysEmail)
		}
		given[question] = &answer
	}
	var answers []formAnswerBody
	for _, q := range questions {
		if q.Required && given[q.Name] == nil {
			in.refuse("questions_and_answers", q.Name+" "+saysMissing)
		}
		answers = append(answers, formAnswerBody{&q.UUID, q.Name, given[q.Name]})
	}
	return answers
}

// submissionFor reads the form that led to a booking, nil for none: it must have
// led to that event type, and to no booking before.
func (in *input) submissionFor() (*int, error) {
	const name = "routing_form_submission"
	of := in.object(name, kindSubmission)
	if of == nil {
		return nil, in.err()
	}
	r, err := in.call.owned(of, noAccess)
	if err != nil {
		return nil, err
	}
	switch b := in.call.world.submissionBody(r.index); {
	case b.Submitter != nil:
		in.refuse(name, saysBooked)
	case b.Result == nil || b.Result.Type != "event_type" || b.Result.Value != in.values["event_type"]:
		in.refuse(name, saysElsewhere)
	}
	return &r.index, in.err()
}
