package calendly_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
)

func FuzzParseWebhook(f *testing.F) {
	for _, event := range append(webhookEvents(), "invitee.moved", "") {
		f.Add(`{"event":"` + string(event) + `","created_at":"2026-01-02T03:04:05.000000Z","created_by":"u","payload":{"uri":"u","name":"n","no_show":null,` +
			`"created_at":"2026-01-02T03:04:05Z","scheduled_event":{"start_time":"2026-01-02T03:04:05Z","location":null},"event":{"attendees":null},` +
			`"recap":{"uri":"r","deleted_at":""},"user_uuid":"a","contact":{"uri":"c","emails":[{}],"creation_source":7}}}`)
	}
	for _, text := range []string{"", "null", `{"event":"contact.created","payload":{}}`, `{"event":"x","payload":null}`, `{"event":"event_type.created","payload":{"duration":"x"}}`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := calendly.ParseWebhook([]byte(text))
		if err != nil {
			var input *calendly.InputError
			if w != nil || !errors.As(err, &input) {
				t.Errorf("%q: %+v, %v", text, w, err)
			}
			return
		}
		set := 0
		if slices.Contains(webhookEvents(), w.Event) {
			set = 1
		}
		if string(w.Raw) != text || payloads(w) != set {
			t.Errorf("parsed %q as %+v", text, w)
		}
		if _, err := json.Marshal(w); err != nil {
			t.Errorf("%q cannot be written: %v", text, err)
		}
	})
}

// Nobody without the key makes a signature, and one that is good holds for one
// body, one key and a time near its own.
func FuzzVerifyWebhook(f *testing.F) {
	good := calendly.SignWebhook("k", []byte("{}"), time.Unix(1492774577, 0))
	_, v1, _ := strings.Cut(good, ",")
	for _, header := range []string{good, good + "," + v1, good + ",v2=a", "t=1492774577", v1, "t=,v1=", ",,=,v1,t", "t=-1," + v1, "t=99999999999999999999," + v1, strings.Repeat(v1+",", 40) + good} {
		f.Add(header, "{}", int64(1492774577))
	}
	f.Fuzz(func(t *testing.T, header, body string, now int64) {
		at := time.Unix(now&(1<<40-1), 0)
		verify := func(header, body, key string, now time.Time) error {
			return calendly.VerifyWebhook(header, []byte(body), key, now, 0)
		}
		if verify(header, body, "a key that nobody has", at) == nil {
			t.Errorf("%q was taken for a signature", header)
		}
		signed := calendly.SignWebhook("k", []byte(body), at)
		if err := verify(signed, body, "k", at); err != nil {
			t.Error(err)
		}
		for problem, err := range map[error]error{
			calendly.ErrSignatureMismatch: errors.Join(verify(signed, body+" ", "k", at), verify(signed, body, "l", at)),
			calendly.ErrSignatureStale:    verify(signed, body, "k", at.Add(calendly.DefaultTolerance+1)),
			calendly.ErrSignatureFuture:   verify(signed, body, "k", at.Add(-calendly.DefaultTolerance-1)),
		} {
			if !errors.Is(err, problem) {
				t.Errorf("got %v, want %v", err, problem)
			}
		}
	})
}
