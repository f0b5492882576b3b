package calendly

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	api "github.com/kalends/kalends/calendly"
)

// plain is how encoding/json takes a page apart.
func plain(body []byte) (p *api.RawPage, ok bool) {
	var envelope struct {
		Collection *[]json.RawMessage `json:"collection"`
		Pagination api.Pagination     `json:"pagination"`
	}
	if json.Unmarshal(body, &envelope) != nil || envelope.Collection == nil {
		return nil, false
	}
	return &api.RawPage{Collection: *envelope.Collection, Pagination: envelope.Pagination, Body: body}, true
}

func FuzzDecodePage(f *testing.F) {
	for _, text := range []string{
		`{"collection":[{"uri":"a"}, 1 ,null,"x"],"pagination":{"count":2,"next_page":"u","next_page_token":null},"more":[{}]}`,
		`{"collection":[]}`, `{"pagination":{}}`, `{"collection":{}}`, `{"collection":null}`, `[]`, ``, `{`, `{"collection":[`, `null`,
		`{"collection":[{"a":[1,{"b":"]"}]}]} `, `{"collection":[],"collection":[1]}`, `{"collection":[]}x`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		kept := bytes.Clone(body)
		want, ok := plain(body)
		got, err := decodePage(body)
		if !bytes.Equal(body, kept) {
			t.Fatal("the body was changed")
		}
		if err != nil || !ok {
			return // the two need not agree on what is not JSON as it should be
		}
		if diff := cmp.Diff(want.Pagination, got.Pagination); diff != "" && json.Valid(body) {
			t.Logf("%s", diff) // names of another case or given twice: nothing that Calendly sends
			return
		}
		for i, record := range got.Collection {
			if !json.Valid(record) {
				t.Fatalf("record %d is %q", i, record)
			}
		}
	})
}

func TestDecodePage_agrees_with_the_standard_library(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"collection":[{"uri":"a"}, {"b" : [1, 2]} ,null,"x"],"pagination":{"count":2,"next_page":"u","next_page_token":null},"more":[{}]}`,
		`{"collection":[]}`,
		`{ "total_count": 3, "pagination": null, "collection": [ {} ] }`,
	} {
		want, _ := plain([]byte(text))
		got, err := decodePage([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", text, diff)
		}
	}
	for _, text := range []string{``, `[]`, `null`, `{}`, `{"collection":{}}`, `{"collection":null}`, `{"collection":[}`, `{"collection":[{"a":1}`, `<html>`} {
		if got, err := decodePage([]byte(text)); err == nil {
			t.Errorf("%q gave %+v", text, got)
		}
	}
}
