package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/store"
)

func TestMemory_keeps_traces_with_the_progress_that_brought_them(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	at := noon()
	event := connect.Trace{Stream: "scheduled_events", Key: "e1", Version: connect.Version{1}, At: at, Nested: at.Add(time.Hour)}
	invitee := connect.Trace{Stream: "invitees", Key: "i1", Parent: "e1", Version: connect.Version{2}}
	later := event
	later.Version, later.Nested = connect.Version{3}, time.Time{}
	gone := connect.Trace{Stream: "scheduled_events", Key: "e2", At: at.Add(time.Minute), Gone: true}
	other := connect.Trace{Stream: "scheduled_events", Key: "e3", At: at.Add(2 * time.Minute)}
	for _, traces := range [][]connect.Trace{{event, invitee}, {event, later}, {gone, other}} {
		if err := s.SaveProgress(t.Context(), "flow", store.Progress{Group: "scheduled_events", UpdatedAt: noon()}, traces...); err != nil {
			t.Fatal(err)
		}
	}
	m := s.Memory("flow")
	wantEqual(t, must(m.Known(t.Context(), "scheduled_events", []string{"e1", "e2", "nobody"}))(t), map[string]connect.Trace{"e1": later, "e2": gone})
	wantEqual(t, must(m.Known(t.Context(), "invitees", []string{"i1"}))(t), map[string]connect.Trace{"i1": invitee})
	wantEqual(t, must(s.Memory("another").Known(t.Context(), "invitees", []string{"i1"}))(t), map[string]connect.Trace{})
	keys := func(stream, parent string, in connect.Span) []string {
		found := must(m.Keys(t.Context(), stream, parent, in))(t)
		slices.Sort(found)
		return found
	}
	wantEqual(t, keys("scheduled_events", "", connect.Span{}), []string{"e1", "e3"})
	wantEqual(t, keys("scheduled_events", "", connect.Span{From: at.Add(time.Second)}), []string{"e3"})
	wantEqual(t, keys("scheduled_events", "", connect.Span{From: at, To: at.Add(2 * time.Minute)}), []string{"e1"})
	wantEqual(t, keys("invitees", "e1", connect.Span{}), []string{"i1"})
	wantEqual(t, keys("invitees", "e3", connect.Span{}), []string(nil))

	if err := s.Forget(t.Context(), "flow", "scheduled_events", []string{"scheduled_events", "invitees"}); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, keys("scheduled_events", "", connect.Span{}), []string(nil))
	wantEqual(t, must(s.Progress(t.Context(), "flow"))(t), map[string]store.Progress{})
}
