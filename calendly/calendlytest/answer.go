package calendlytest

import (
	"fmt"
	"strings"
)

type answerBody struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
	Position int    `json:"position"`
}

type trackingBody struct {
	UTMCampaign    *string `json:"utm_campaign"`
	UTMSource      *string `json:"utm_source"`
	UTMMedium      *string `json:"utm_medium"`
	UTMContent     *string `json:"utm_content"`
	UTMTerm        *string `json:"utm_term"`
	SalesforceUUID *string `json:"salesforce_uuid"`
}

func tracking(d *draw) trackingBody {
	var t trackingBody
	if !d.chance(300) {
		return t
	}
	t.UTMSource = new(pick(d, []string{"newsletter", "google", "linkedin", "café"}))
	if d.chance(700) {
		t.UTMMedium, t.UTMCampaign = new(pick(d, []string{"email", "cpc", "social"})), new(pick(d, []string{"spring", "launch 2026", "réveil"}))
	}
	if d.chance(300) {
		t.UTMTerm, t.UTMContent = new("scheduling"), new("button-b")
	}
	if d.chance(200) {
		t.SalesforceUUID = new(fmt.Sprintf("003%012x", d.next()>>16))
	}
	return t
}

// answers returns what invitee k of e answered; who asks nothing gets nothing.
func (w *world) answers(e *event, k int) []answerBody {
	answers := []answerBody{}
	d := w.draw(drawAnswer, e.index, k)
	for _, q := range e.kind.questions {
		if !q.Enabled || !q.Required && d.chance(300) {
			continue
		}
		answers = append(answers, answerBody{Question: q.Name, Answer: answer(&q, &d), Position: q.Position})
	}
	return answers
}

func answer(q *questionBody, d *draw) string {
	switch q.Type {
	case "phone_number":
		return phone(d)
	case "single_select":
		if d.chance(100) {
			return "My neighbour’s podcast"
		}
		return pick(d, q.AnswerChoices)
	case "multi_select":
		return strings.Join(q.AnswerChoices[:1+d.n(len(q.AnswerChoices))], "\n")
	case "string":
		return pick(d, []string{"Crème & Co", "Müller GmbH", "株式会社さくら", "Acme", "\"Quoted\" <Inc>"})
	}
	return pick(d, []string{"Looking forward to it!", "Two questions:\n1. price\n2. start", "🙂", "C'est pour mon équipe, 12 personnes."})
}
