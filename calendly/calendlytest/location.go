package calendlytest

import "fmt"

// The wire forms of an event's location, told apart by type.
type (
	placeBody struct {
		Type           string  `json:"type"`
		Location       *string `json:"location"`
		AdditionalInfo string  `json:"additional_info,omitempty"`
	}
	conferenceBody struct {
		Type    string  `json:"type"`
		Status  *string `json:"status"`
		JoinURL *string `json:"join_url"`
		Data    any     `json:"data"`
	}
	// meetBody is a conference without data: Google Meet.
	meetBody struct {
		Type    string  `json:"type"`
		Status  *string `json:"status"`
		JoinURL *string `json:"join_url"`
	}
	zoomData struct {
		ID       any          `json:"id"` // a string or an integer
		Settings zoomSettings `json:"settings"`
		Extra    struct {
			IntlNumbersURL string `json:"intl_numbers_url"`
		} `json:"extra"`
		Password string `json:"password"`
	}
	zoomSettings struct {
		GlobalDialInNumbers []zoomNumber `json:"global_dial_in_numbers"`
	}
	zoomNumber struct {
		Number      string `json:"number"`
		Country     string `json:"country"`
		Type        string `json:"type"`
		City        string `json:"city"`
		CountryName string `json:"country_name"`
	}
	goToData struct {
		UniqueMeetingID    int64  `json:"uniqueMeetingId"`
		ConferenceCallInfo string `json:"conferenceCallInfo"`
	}
	teamsData struct {
		ID                string      `json:"id"`
		AudioConferencing *teamsAudio `json:"audioConferencing"`
	}
	teamsAudio struct {
		ConferenceID string `json:"conferenceId"`
		DialinURL    string `json:"dialinUrl"`
		TollNumber   string `json:"tollNumber"`
	}
	webexData struct {
		ID        string         `json:"id"`
		Telephony webexTelephony `json:"telephony"`
		Password  string         `json:"password"`
	}
	webexTelephony struct {
		CallInNumbers []webexNumber `json:"callInNumbers"`
	}
	webexNumber struct {
		Label        string `json:"label"`
		CallInNumber string `json:"callInNumber"`
		TollType     string `json:"tollType"`
	}
)

// locationKind returns the kind that e is held in, "" for none.
func (w *world) locationKind(e *event) (locationConfiguration, draw) {
	d := w.draw(drawLocation, e.index, 0)
	if len(e.kind.locations) == 0 {
		return locationConfiguration{}, d
	}
	return pick(&d, e.kind.locations), d
}

// location returns the wire form of where e is held.
func (w *world) location(e *event) any {
	at, d := w.locationKind(e)
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	switch at.Kind {
	case "":
		if d.chance(300) {
			return nil
		}
		return placeBody{Type: "custom"}
	case "physical", "custom":
		return placeBody{Type: at.Kind, Location: text(at.Location), AdditionalInfo: at.AdditionalInfo}
	case "inbound_call":
		return placeBody{Type: at.Kind, Location: text(at.PhoneNumber), AdditionalInfo: at.AdditionalInfo}
	case "outbound_call":
		return placeBody{Type: at.Kind, Location: new(phone(&d))}
	case "ask_invitee":
		return placeBody{Type: at.Kind, Location: new(pick(&d, []string{"My office", "À l’hôtel", "渋谷駅", "https://meet.example/room"}))}
	}
	return w.conference(e, at.Kind, &d)
}

// conference returns the wire form of an online meeting. What is needed to
// join is there once the status is pushed, and no more after six months.
func (w *world) conference(e *event, kind string, d *draw) any {
	return w.conferenceBody(e, kind, w.conferenceStatus(e, d), d)
}

func (w *world) conferenceBody(e *event, kind string, status *string, d *draw) any {
	if kind == "google_conference" {
		b := meetBody{Type: kind, Status: status}
		if status != nil && *status != "processing" {
			b.JoinURL = new("https://calendly.com/events/" + w.id(kindEvent, e.index, 0) + "/google_meet")
		}
		return b
	}
	b := conferenceBody{Type: kind, Status: status}
	switch kind { // events name two kinds otherwise than event types do
	case "zoom_conference":
		b.Type = w.assume.value("zoom_location")
	case "gotomeeting_conference":
		b.Type = "gotomeeting"
	}
	if status == nil || *status != "pushed" || w.now-e.end > 180*day {
		return b
	}
	b.JoinURL, b.Data = conferenceData(kind, d)
	return b
}

func (w *world) conferenceStatus(e *event, d *draw) *string {
	p := d.n(1000)
	switch {
	case w.now*micros-e.created < 30*minute*micros && p < 700, p < 10:
		return new("initiated")
	case p < 20:
		return new("processing")
	case p < 45:
		return new("failed")
	case p < 50:
		return nil
	}
	return new("pushed")
}

func conferenceData(kind string, d *draw) (join *string, data any) {
	number := 10_000_000_000 + d.n64(80_000_000_000)
	switch kind {
	case "zoom_conference":
		z := zoomData{ID: number, Password: fmt.Sprint(100000 + d.n(900000))}
		if d.chance(500) {
			z.ID = fmt.Sprint(number)
		}
		z.Settings.GlobalDialInNumbers = []zoomNumber{{"+1 646 876 9923", "US", "toll", "New York", "US"}, {"+33 1 7037 2246", "FR", "toll", "Paris", "France"}}
		z.Extra.IntlNumbersURL = fmt.Sprintf("https://us02web.zoom.us/u/%d", number)
		return new(fmt.Sprintf("https://us02web.zoom.us/j/%d?pwd=%x", number, d.next())), z
	case "gotomeeting_conference":
		return new(fmt.Sprintf("https://global.gotomeeting.com/join/%d", number)),
			goToData{number, "United States: +1 (571) 317-3129\nAccess Code: 123-456-789"}
	case "microsoft_teams_conference":
		t := teamsData{ID: fmt.Sprintf("19:meeting_%x@thread.v2", d.next())}
		if d.chance(500) {
			t.AudioConferencing = &teamsAudio{fmt.Sprint(number), "https://dialin.teams.microsoft.com/" + fmt.Sprint(number), "+49 69 365057600"}
		}
		return new("https://teams.microsoft.com/l/meetup-join/" + fmt.Sprint(number)), t
	}
	return new("https://example.webex.com/example/j.php?MTID=m" + fmt.Sprint(number)),
		webexData{fmt.Sprint(number), webexTelephony{[]webexNumber{{"US Toll", "+1-415-655-0001", "toll"}}}, fmt.Sprintf("%x", d.next())[:8]}
}

// phone returns a number in E.164 that nobody has.
func phone(d *draw) string { return fmt.Sprintf("+1202555%04d", 100+d.n(100)) }
