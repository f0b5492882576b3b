package calendly_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
)

func TestVerifyWebhook_tells_the_right_from_the_wrong(t *testing.T) {
	t.Parallel()
	const key = "a key"
	body, at := []byte(`{"event":"invitee.created"}`), time.Unix(1_900_000_000, 0)
	good := calendly.SignWebhook(key, body, at)
	stamp, v1, _ := strings.Cut(good, ",")
	other, _ := strings.CutPrefix(calendly.SignWebhook("another", body, at), stamp+",")
	for name, c := range map[string]struct {
		header string
		body   string
		now    time.Time
		want   error
	}{
		"fresh":                      {good, string(body), at, nil},
		"almost stale":               {good, string(body), at.Add(calendly.DefaultTolerance), nil},
		"stale":                      {good, string(body), at.Add(calendly.DefaultTolerance + time.Second), calendly.ErrSignatureStale},
		"a clock that is a bit slow": {good, string(body), at.Add(-calendly.DefaultTolerance), nil},
		"from the future":            {good, string(body), at.Add(-calendly.DefaultTolerance - time.Second), calendly.ErrSignatureFuture},
		"two signatures":             {stamp + "," + other + "," + v1, string(body), at, nil},
		"two signatures, turned":     {stamp + "," + v1 + "," + other, string(body), at, nil},
		"with a newer scheme":        {stamp + ",v2=abc," + v1, string(body), at, nil},
		"spaces":                     {stamp + ", " + v1, string(body), at, nil},
		"another key":                {stamp + "," + other, string(body), at, calendly.ErrSignatureMismatch},
		"another body":               {good, string(body) + " ", at, calendly.ErrSignatureMismatch},
		"another time":               {strings.Replace(good, "t=19", "t=18", 1), string(body), at, calendly.ErrSignatureMismatch},
		"none":                       {"", string(body), at, calendly.ErrSignatureMissing},
		"no time":                    {v1, string(body), at, calendly.ErrSignatureMalformed},
		"two times":                  {stamp + "," + good, string(body), at, calendly.ErrSignatureMalformed},
		"no signature":               {stamp, string(body), at, calendly.ErrSignatureMalformed},
		"an empty signature":         {stamp + ",v1=", string(body), at, calendly.ErrSignatureMalformed},
		"half a signature":           {good[:len(good)-2], string(body), at, calendly.ErrSignatureMalformed},
		"no hex":                     {good[:len(good)-2] + "xx", string(body), at, calendly.ErrSignatureMalformed},
		"a time that is no number":   {"t=now," + v1, string(body), at, calendly.ErrSignatureMalformed},
		"a time before time":         {"t=-1," + v1, string(body), at, calendly.ErrSignatureMalformed},
		"a time beyond all":          {"t=99999999999999999999," + v1, string(body), at, calendly.ErrSignatureMalformed},
		"words":                      {"trust me", string(body), at, calendly.ErrSignatureMalformed},
		"endless":                    {good + strings.Repeat(",v2=0", 2000), string(body), at, calendly.ErrSignatureMalformed},
	} {
		if err := calendly.VerifyWebhook(c.header, []byte(c.body), key, c.now, 0); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if err := calendly.VerifyWebhook(good, body, key, at.Add(time.Hour), 2*time.Hour); err != nil {
		t.Errorf("within a tolerance of hours: %v", err)
	}
	var wrong *calendly.InputError
	if err := calendly.VerifyWebhook(good, body, "", at, 0); !errors.As(err, &wrong) {
		t.Errorf("an empty key: %v", err)
	}
}

// What is wanted was made with: printf '1492774577.{}' | openssl dgst -sha256 -hmac k.
func TestSignWebhook_follows_the_recipe(t *testing.T) {
	t.Parallel()
	const want = "t=1492774577,v1=d9c1b71acbce894cb51c302793f44bcf578d770bacaf1c39bd9e082de9ee0a48"
	got := calendly.SignWebhook("k", []byte("{}"), time.Unix(1492774577, 0))
	if got != want {
		t.Errorf("got %s", got)
	}
}
