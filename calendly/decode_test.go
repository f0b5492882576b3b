package calendly

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// decoded reads one record.
func decoded[T any](t *testing.T, text string) T {
	t.Helper()
	var record T
	if err := decode(json.RawMessage(text), &record); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return record
}

// Samples of live answers of 2026, with what the API's documentation does not
// lead one to expect: nulls in place of objects, fields that are absent.
func TestDecode_reads_live_answers(t *testing.T) {
	t.Parallel()
	event := decoded[ScheduledEvent](t, `{"calendar_event":null,"created_at":"2026-02-25T18:13:01.136075Z","end_time":"2036-01-31T14:30:00.000000Z","event_guests":[],
		"event_memberships":[{"buffered_end_time":"2036-01-31T14:30:00.000000Z","buffered_start_time":null,"user":"https://api.calendly.com/users/U","user_email":"host@example.com","user_name":"Host"}],
		"event_type":"https://api.calendly.com/event_types/T","invitees_counter":{"active":1,"limit":2,"total":1},"location":{"location":null,"type":"custom"},
		"meeting_notes_html":null,"meeting_notes_plain":null,"name":"Test","start_time":"2036-01-31T14:00:00.000000Z","status":"active","updated_at":"2026-02-25T18:13:01.136075Z",
		"uri":"https://api.calendly.com/scheduled_events/ccc1b129-d7a8-4686-8b12-60795512bad1","new_field":{"a":[1]}}`)
	if event.Status != StatusActive || *event.Name != "Test" || event.Location.Type != LocationCustom || event.Location.Location != nil ||
		event.CalendarEvent != nil || event.Cancellation != nil || event.InviteesCounter != (InviteesCounter{Total: 1, Active: 1, Limit: 2}) ||
		event.EventMemberships[0].User.ID() != "U" || event.EventMemberships[0].BufferedStartTime != nil ||
		!event.CreatedAt.Equal(time.Date(2026, 2, 25, 18, 13, 1, 136075000, time.UTC)) || event.URI.ID() != "ccc1b129-d7a8-4686-8b12-60795512bad1" {
		t.Errorf("got %+v", event)
	}
	if !strings.Contains(string(event.Raw), `"new_field":{"a":[1]}`) {
		t.Error("an unknown field was lost")
	}
	kind := decoded[EventType](t, `{"active":false,"duration":30,"duration_options":null,"locations":null,"profile":null,"name":null,"pooling_type":null,"locale":"xx"}`)
	if kind.Profile != nil || kind.Locations != nil || kind.Name != nil || kind.Duration != 30 || kind.Locale != "xx" || kind.BeforeBuffer != nil {
		t.Errorf("got %+v", kind)
	}
	invitee := decoded[Invitee](t, `{"email":"a@example.com","first_name":null,"payment":null,"no_show":null,"reconfirmation":null,"tracking":{"utm_source":null},"timezone":null,"questions_and_answers":null}`)
	if invitee.Payment != nil || invitee.NoShow != nil || invitee.Tracking.UTMSource != nil || invitee.FirstName != nil {
		t.Errorf("got %+v", invitee)
	}
}

func TestDecode_reads_amounts_as_numbers_and_as_text(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Amount{`12.5`: 12.5, `"12.50"`: 12.5, `1`: 1, `" 3 "`: 3, `null`: 0} {
		if got := decoded[Invitee](t, `{"payment":{"amount":`+text+`,"currency":"EUR"}}`).Payment; got.Amount != want || got.Currency != "EUR" {
			t.Errorf("%s is %+v", text, got)
		}
	}
	for _, text := range []string{`"much"`, `{}`, `[]`, `true`, `"1e999"`, `"NaN"`, `"Inf"`} {
		if got := decoded[Invitee](t, `{"email":"a","payment":{"amount":`+text+`}}`); got.Payment != nil || got.Email != "a" {
			t.Errorf("%s is %+v", text, got.Payment)
		}
	}
}

func TestDecode_reads_times_with_any_fraction(t *testing.T) {
	t.Parallel()
	for text, nanos := range map[string]int{
		"2022-10-07T14:21:42Z": 0, "2022-10-07T14:21:42.1Z": 100e6, "2022-10-07T14:21:42.123Z": 123e6, "2022-10-07T14:21:42.123456Z": 123456e3,
		"2022-10-07T16:21:42.123456789+02:00": 123456789,
	} {
		got := decoded[InviteeNoShow](t, `{"created_at":"`+text+`"}`).CreatedAt
		if !got.Equal(time.Date(2022, 10, 7, 14, 21, 42, nanos, time.UTC)) {
			t.Errorf("%s is %s", text, got)
		}
	}
}

func TestDecode_takes_an_optional_part_of_another_type_for_empty(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{`5`, `"x"`, `true`, `[]`, `{}`, `[1]`, `{"type":[1]}`, `null`} {
		text := `{"uri":"u","status":"active","location":` + odd + `,"event_guests":` + odd + `,"invitees_counter":` + odd + `,"cancellation":` + odd +
			`,"calendar_event":` + odd + `,"meeting_notes_plain":` + odd + `,"event_memberships":` + odd + `}`
		got := decoded[ScheduledEvent](t, text)
		if got.URI != "u" || got.Status != StatusActive || string(got.Raw) != text || got.InviteesCounter != (InviteesCounter{}) {
			t.Errorf("%s: %+v", odd, got)
		}
	}
	got := decoded[ScheduledEvent](t, `{"location":{"type":"zoom","status":7,"join_url":"j","data":{"id":12}},"cancellation":{"created_at":"yesterday"}}`)
	if got.Location.Type != LocationZoom || *got.Location.JoinURL != "j" || got.Location.Status != nil || string(got.Location.Data) != `{"id":12}` || got.Cancellation.CreatedAt != nil {
		t.Errorf("got %+v", got)
	}
}

func TestDecode_names_a_required_value_of_another_type(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"location":5,"uri":7}`: "uri:", `{"start_time":"soon"}`: "start_time:", `{"start_time":""}`: "start_time:", `{"status":{}}`: "status:",
		`[]`: "not an object", `"x"`: "not an object", `null`: "not an object", ``: "not an object", `{`: "unexpected end",
	} {
		var event ScheduledEvent
		if err := decode(json.RawMessage(text), &event); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestDecode_takes_absent_and_null_values_for_empty(t *testing.T) {
	t.Parallel()
	nulls := map[string]any{}
	for f := range reflect.TypeFor[Invitee]().Fields() {
		nulls[f.Tag.Get("json")] = nil
	}
	text, err := json.Marshal(nulls)
	if err != nil {
		t.Fatal(err)
	}
	got := decoded[Invitee](t, string(text))
	if diff := cmp.Diff(Invitee{Raw: text}, got); diff != "" {
		t.Errorf("of nulls: -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(Invitee{Raw: []byte(`{}`)}, decoded[Invitee](t, `{}`)); diff != "" {
		t.Errorf("of nothing: -want +got:\n%s", diff)
	}
}
