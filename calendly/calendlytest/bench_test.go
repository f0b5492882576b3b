package calendlytest

import (
	"io"
	"net/http"
	"runtime"
	"testing"
	"time"
)

const million = 1_000_000

// benchServer shows a million events and has answered each list once.
func benchServer(b *testing.B) *Server {
	b.Helper()
	return newServer(b, Config{Seed: 1, Events: million})
}

func BenchmarkEvents(b *testing.B) {
	s := benchServer(b)
	org, user := s.Organization, s.home.uri(kindUser, s.home.member())
	window := []string{"min_start_time", "2026-03-02T00:00:00Z", "max_start_time", "2026-03-09T00:00:00Z"}
	for name, target := range map[string]string{
		"page":    with("/scheduled_events", append(window, "organization", org)...),
		"user":    with("/scheduled_events", append(window, "organization", org, "user", user)...),
		"email":   with("/scheduled_events", "organization", org, "invitee_email", s.home.guest(77).email),
		"status":  with("/scheduled_events", "organization", org, "status", statusCanceled),
		"group":   with("/scheduled_events", "organization", org, "group", s.home.uri(kindGroup, 3)),
		"one":     "/scheduled_events/" + s.home.id(kindEvent, 654_321, 0),
		"invitee": "/scheduled_events/" + s.home.id(kindEvent, 654_321, 0) + "/invitees",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if w := do(b, s, "owner", http.MethodGet, target); w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
		})
	}
}

// BenchmarkHTTP counts what clients get over two keep-alive connections,
// with their share of the machine.
func BenchmarkHTTP(b *testing.B) {
	s, err := Start(Config{Seed: 1, Events: million, Clock: noon})
	if err != nil {
		b.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	}()
	page := with(s.URL+"/scheduled_events", "organization", s.Organization, "min_start_time", "2026-03-02T00:00:00Z")
	for name, target := range map[string]func(i int) string{
		"page":     func(int) string { return page },
		"invitees": func(i int) string { return s.home.uri(kindEvent, i*7919%million) + "/invitees" },
	} {
		b.Run(name, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					fetch(b, s, target(i))
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "answers/s")
		})
	}
}

func fetch(b *testing.B, s *Server, target string) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, target, http.NoBody)
	if err != nil {
		b.Error(err)
		return
	}
	r.Header.Set("Authorization", "Bearer "+s.Tokens["owner"])
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Error(err)
		return
	}
	if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		b.Errorf("%s: %v, %v", target, answer.Status, err)
	}
	answer.Body.Close()
}

// BenchmarkMillion reports the memory of a million events after each kind of
// list was read once.
func BenchmarkMillion(b *testing.B) {
	for b.Loop() {
		began := time.Now()
		before := heap()
		s := benchServer(b)
		made := time.Since(began)
		began = time.Now()
		for _, target := range []string{
			with("/scheduled_events", "organization", s.Organization, "count", "100"),
			with("/routing_form_submissions", "form", s.home.uri(kindRoutingForm, 0)),
			with("/outgoing_communications", "organization", s.Organization),
			with("/contacts", "sort", "updated_at:desc"),
			with("/contacts", "name", "nobody is called that"),
			"/contact_lists",
			with("/activity_log_entries", "organization", s.Organization, "sort", "actor.uri:asc", "search_term", "token*"),
			"/meeting_recaps",
		} {
			listed := time.Now()
			must(b, s, "owner", target)
			b.Logf("%6.0f ms for %.60s", float64(time.Since(listed).Microseconds())/1000, target)
		}
		b.ReportMetric(float64(heap()-before)/(1<<20), "MB")
		b.ReportMetric(made.Seconds()*1000, "ms-to-make")
		b.ReportMetric(time.Since(began).Seconds()*1000, "ms-first-lists")
		runtime.KeepAlive(s)
	}
}

// heap returns the bytes in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
