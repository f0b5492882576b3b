package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/mapping"
)

const whole = `
personal: {email: hash, answer: redact}
streams:
  invitees:
    to: people
    select: [uri, event, email, name, status]
    rename: {uri: id}
    set: {source: calendly, version: 2, share: 0.5, live: true}
    compute:
      domain: {expr: 'split(email, "@")[1]', type: text}
      first_answer: {jq: '.questions_and_answers[0].answer', type: text}
    filter: status == "active"
    hash: [email]
    redact: [name]
`

func TestParse_reads_every_rule(t *testing.T) {
	t.Parallel()
	got, err := mapping.Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	want := mapping.File{
		Personal: map[connect.Personal]mapping.Action{connect.Email: mapping.Hash, connect.Answer: mapping.Redact},
		Streams: map[string]mapping.Rules{"invitees": {
			To: "people", Select: []string{"uri", "event", "email", "name", "status"}, Rename: map[string]string{"uri": "id"},
			Set: map[string]any{"source": "calendly", "version": 2, "share": 0.5, "live": true},
			Compute: map[string]mapping.Compute{
				"domain":       {Expr: `split(email, "@")[1]`, Type: "text"},
				"first_answer": {JQ: ".questions_and_answers[0].answer", Type: "text"},
			},
			Filter: `status == "active"`, Hash: []string{"email"}, Redact: []string{"name"},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParse_of_nothing_changes_nothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "# nothing\n", "streams: {}\n"} {
		got, err := mapping.Parse([]byte(text))
		if err != nil || len(got.Personal)+len(got.Streams) > 0 {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestParse_names_the_line_of_what_is_wrong(t *testing.T) {
	t.Parallel()
	for text, part := range map[string]string{
		"personal: {}\nkey: env:KEY\n":                                         "line 2",
		"streams:\n  invitees:\n    filters: x\n":                              "line 3",
		"streams:\n  invitees:\n    filter: x\n    filter: y\n":                "line 4",
		"streams:\n  invitees:\n    to: a\n  invitees:\n    to: b\n":           "line 4",
		"streams:\n  invitees:\n    select: {a: b}\n":                          "line 3",
		"streams:\n  invitees:\n    compute:\n      a: {exp: b, type: text}\n": "line 4",
		"streams: [\n":                    "line",
		"a: 1\n---\nb:":                   "line",
		strings.Repeat("#", 1<<20) + "\n": "longer",
	} {
		_, err := mapping.Parse([]byte(text))
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), part) {
			t.Errorf("%.60q: %v, want %s", text, err, part)
		}
	}
}
