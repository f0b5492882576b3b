package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
)

// page is one page of a list, or a single record.
type page struct {
	records []json.RawMessage
	last    bool
	body    json.RawMessage // the whole answer; nil for a single record
}

// pages sends a request and yields its pages; an error is last.
func pages(ctx context.Context, client *api.Client, q request) iter.Seq2[page, error] {
	return func(yield func(page, error) bool) {
		if q.single {
			record, err := client.GetRaw(ctx, q.path, q.query)
			yield(page{records: []json.RawMessage{record}, last: true}, err)
			return
		}
		for p, err := range client.PagesRaw(ctx, q.path, q.query) {
			if err != nil {
				yield(page{}, err)
				return
			}
			if !yield(page{records: p.Collection, last: lastPage(p.Pagination), body: p.Body}, nil) {
				return
			}
		}
	}
}

func lastPage(p api.Pagination) bool {
	none := func(s *string) bool { return s == nil || *s == "" }
	return none(p.NextPage) && none(p.NextPageToken)
}

// readInto reads one record, as it was sent and into a struct.
func readInto(ctx context.Context, client *api.Client, path string, into any) (json.RawMessage, error) {
	record, err := client.GetRaw(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(record, into); err != nil {
		return nil, &api.DecodeError{Method: http.MethodGet, Path: path, Err: err}
	}
	return record, nil
}

// callsOf counts an attempt.
func (s *source) callsOf(a api.Attempt) connect.Calls {
	c := connect.Calls{Requests: 1, Limit: a.Rate.Limit, Left: a.Rate.Remaining, Budget: s.allowance.percent()}
	if a.RateLimited {
		c.RateLimited = 1
	}
	return c
}
