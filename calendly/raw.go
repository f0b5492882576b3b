package calendly

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
)

// Pagination says where a list goes on. Lists that never page have the zero
// Pagination.
type Pagination struct {
	Count             int     `json:"count"` // never use it to detect the end
	NextPage          *string `json:"next_page"`
	PreviousPage      *string `json:"previous_page"`
	NextPageToken     *string `json:"next_page_token"`
	PreviousPageToken *string `json:"previous_page_token"`
}

// RawPage is one page of a list, its items as they were sent.
type RawPage struct {
	Collection []json.RawMessage
	Pagination Pagination
	Body       json.RawMessage // the whole answer, for keys beside these
}

// GetRaw reads one record: what stands under "resource", or the whole answer
// where there is no such envelope. path is a path or a URI of the API.
func (c *Client) GetRaw(ctx context.Context, path string, query url.Values) (json.RawMessage, error) {
	body, err := c.get(ctx, path, query)
	if err != nil {
		return nil, err
	}
	var envelope struct {
		Resource json.RawMessage `json:"resource"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return nil, &DecodeError{Path: path, Err: err}
	}
	if envelope.Resource == nil {
		return body, nil
	}
	return envelope.Resource, nil
}

// ListRaw reads one page of a list.
func (c *Client) ListRaw(ctx context.Context, path string, query url.Values) (*RawPage, error) {
	body, err := c.get(ctx, path, query)
	if err != nil {
		return nil, err
	}
	page, err := c.decode(body)
	if err != nil {
		return nil, &DecodeError{Path: path, Err: err}
	}
	return page, nil
}

func decodePage(body []byte) (*RawPage, error) {
	var envelope struct {
		Collection *[]json.RawMessage `json:"collection"`
		Pagination Pagination         `json:"pagination"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return nil, err
	}
	if envelope.Collection == nil {
		return nil, errors.New("there is no collection")
	}
	return &RawPage{Collection: *envelope.Collection, Pagination: envelope.Pagination, Body: body}, nil
}

// PagesRaw reads a list page by page. Nothing is sent before the first pull,
// and it can be ranged over again. A page token that comes back is an error
// rather than an endless loop.
func (c *Client) PagesRaw(ctx context.Context, path string, query url.Values) iter.Seq2[*RawPage, error] {
	return func(yield func(*RawPage, error) bool) {
		seen := map[string]bool{}
		for query := query; ; {
			page, err := c.ListRaw(ctx, path, query)
			if err != nil {
				yield(nil, err)
				return
			}
			next, err := c.next(page.Pagination, query, seen)
			if err != nil {
				yield(nil, &DecodeError{Path: path, Err: err})
				return
			}
			if !yield(page, nil) || next == nil {
				return
			}
			query = next
		}
	}
}

// next returns the query of the page after p, or nil if there is none.
func (c *Client) next(p Pagination, query url.Values, seen map[string]bool) (url.Values, error) {
	var token string
	switch {
	case p.NextPageToken != nil && *p.NextPageToken != "":
		token = *p.NextPageToken
	case p.NextPage != nil && *p.NextPage != "":
		u, err := c.resolve(*p.NextPage, nil)
		if err != nil {
			return nil, err
		}
		token = u.Query().Get("page_token")
	default:
		return nil, nil
	}
	if p.NextPage != nil && *p.NextPage != "" {
		if _, err := c.resolve(*p.NextPage, nil); err != nil {
			return nil, err
		}
	}
	if token == "" || seen[token] {
		return nil, fmt.Errorf("the list does not end: its next page is one that was read")
	}
	seen[token] = true
	next := url.Values{}
	for k, v := range query {
		next[k] = v
	}
	next.Set("page_token", token)
	return next, nil
}
