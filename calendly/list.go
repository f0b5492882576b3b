package calendly

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Page is one page of a list.
type Page[T any] struct {
	Collection []T
	Pagination Pagination

	// What some lists tell beside their records: nil where they do not.

	TotalCount           *int       // of activity log entries and outgoing communications
	ExceedsMaxTotalCount *bool      // TotalCount of activity log entries is a floor
	LastEventTime        *time.Time // of activity log entries: when the newest occurred

	Body json.RawMessage // the whole answer
}

// list is a list that can be asked for. Its error is that of its input.
type list[T any] struct {
	client *Client
	path   string
	query  url.Values
	most   int // rows a page can have; 0 where that cannot be chosen
	err    error
}

// newList prepares the list that options describe, at the path of template,
// whose variables stand for ids.
func newList[T any](c *Client, options any, template string, ids ...URI) list[T] {
	l := list[T]{client: c}
	if l.path, l.err = c.fill(template, ids); l.err == nil {
		l.query, l.most, l.err = c.encode(options)
	}
	return l
}

// page reads one page.
func (l list[T]) page(ctx context.Context) (*Page[T], error) {
	if l.err != nil {
		return nil, l.err
	}
	raw, err := l.client.ListRaw(ctx, l.path, l.query)
	if err != nil {
		return nil, err
	}
	return typedPage[T](l.path, raw)
}

// pages reads page by page, as long as can be unless a length was asked for.
func (l list[T]) pages(ctx context.Context) iter.Seq2[*Page[T], error] {
	if l.most > 0 && !l.query.Has("count") {
		l.query.Set("count", strconv.Itoa(l.most))
	}
	return func(yield func(*Page[T], error) bool) {
		if l.err != nil {
			yield(nil, l.err)
			return
		}
		for raw, err := range l.client.PagesRaw(ctx, l.path, l.query) {
			var page *Page[T]
			if err == nil {
				page, err = typedPage[T](l.path, raw)
			}
			if !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// all reads record by record.
func (l list[T]) all(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for page, err := range l.pages(ctx) {
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, record := range page.Collection {
				if !yield(record, nil) {
					return
				}
			}
		}
	}
}

func typedPage[T any](path string, raw *RawPage) (*Page[T], error) {
	page := &Page[T]{Collection: make([]T, len(raw.Collection)), Pagination: raw.Pagination, Body: raw.Body}
	var extra struct {
		TotalCount           *int       `json:"total_count"`
		ExceedsMaxTotalCount *bool      `json:"exceeds_max_total_count"`
		LastEventTime        *time.Time `json:"last_event_time"`
	}
	if err := decode(raw.Body, &extra); err != nil {
		return nil, &DecodeError{Method: http.MethodGet, Path: path, Err: err}
	}
	page.TotalCount, page.ExceedsMaxTotalCount, page.LastEventTime = extra.TotalCount, extra.ExceedsMaxTotalCount, extra.LastEventTime
	for i, record := range raw.Collection {
		if err := decode(record, &page.Collection[i]); err != nil {
			return nil, &DecodeError{Method: http.MethodGet, Path: path, Err: fmt.Errorf("collection[%d]: %w", i, err)}
		}
	}
	return page, nil
}

// getRecord reads the record at the path of template, whose variables stand
// for ids.
func getRecord[T any](ctx context.Context, c *Client, template string, ids ...URI) (*T, error) {
	path, err := c.fill(template, ids)
	if err != nil {
		return nil, err
	}
	return readRecord[T](ctx, c, path, nil)
}

func readRecord[T any](ctx context.Context, c *Client, path string, query url.Values) (*T, error) {
	raw, err := c.GetRaw(ctx, path, query)
	if err != nil {
		return nil, err
	}
	record := new(T)
	if err := decode(raw, record); err != nil {
		return nil, &DecodeError{Method: http.MethodGet, Path: path, Err: err}
	}
	return record, nil
}
