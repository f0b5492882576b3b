package calendlytest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// operation is what the table of operations says of one.
type operation struct {
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Scope   string            `json:"scope"`
	Success int               `json:"success"`
	Errors  []int             `json:"errors"`
	Query   map[string]string `json:"query"`
}

func operations(t testing.TB) map[string]operation {
	t.Helper()
	text, err := os.ReadFile("../operations.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Operations []operation `json:"operations"`
	}
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	found := map[string]operation{}
	for _, o := range table.Operations {
		found[o.Method+" "+o.Path] = o
	}
	return found
}

// probe sends requests over the network and compares every answer with the
// schema.
type probe struct {
	t      *testing.T
	s      *Server
	schema *schema
	seen   map[string]bool
}

func newProbe(t *testing.T, cfg Config) *probe {
	t.Helper()
	cfg.Clock, cfg.Tokens = noon, []Token{{Name: "nothing", Role: "owner", Scopes: []string{}}}
	s, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	s.Tokens["sandbox"] = s.AdminToken
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &probe{t: t, s: s, schema: loadSchema(t), seen: map[string]bool{}}
}

// send returns the status of the answer to a request and its body, decoded.
func (p *probe) send(token string, e attempt) (int, any) {
	p.t.Helper()
	var text []byte
	if e.body != nil {
		text = encode(e.body)
	}
	method, _, _ := strings.Cut(e.operation, " ")
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.s.URL+strings.TrimPrefix(e.target, p.s.URL), bytes.NewReader(text))
	if err != nil {
		p.t.Fatal(err)
	}
	if secret := p.s.Tokens[token]; secret != "" {
		r.Header.Set("Authorization", "Bearer "+secret)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if len(got) == 0 {
		return answer.StatusCode, nil
	}
	var body any
	if err := json.Unmarshal(got, &body); err != nil || answer.Header.Get("Content-Type") != "application/json" {
		p.t.Errorf("%s: %d %s: %v in %q", e.operation, answer.StatusCode, answer.Header.Get("Content-Type"), err, got)
	}
	return answer.StatusCode, body
}

// succeeds sends a request that must be answered as the operation says.
func (p *probe) succeeds(o operation, e attempt) {
	p.t.Helper()
	got, body := p.send("owner", e)
	if got != o.Success || (body == nil) != (o.Success == http.StatusNoContent) {
		p.t.Errorf("%s: %d, want %d: %v", e.operation, got, o.Success, body)
		return
	}
	if body != nil {
		p.keep(p.schema.answer(p.s.URL, e.operation, body))
	}
}

func (p *probe) keep(v verdict) {
	p.t.Helper()
	for _, wrong := range v.wrong {
		p.t.Error(wrong)
	}
	for _, one := range v.seen {
		p.seen[one] = true
	}
}

// fails sends a request that must be refused with the status, in a form that
// is documented.
func (p *probe) fails(status int, token string, e attempt) string {
	p.t.Helper()
	got, body := p.send(token, e)
	if got != status {
		p.t.Errorf("%s as %q: %d, want %d: %v", e.operation, token, got, status, body)
		return ""
	}
	if status == http.StatusServiceUnavailable {
		return "" // the reference describes no body
	}
	p.keep(p.schema.refusal(p.s.URL, status, body))
	o, _ := body.(object)
	title, _ := o["title"].(string)
	return title
}
