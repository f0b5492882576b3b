package calendly

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"net/http"
	"net/url"
)

// Pagination says where a list goes on. Lists that never page have the zero
// Pagination.
type Pagination struct {
	Count             int     `json:"count"` // rows of this page; never use it to detect the end
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

// GetRaw reads one record as it was sent: what stands under "resource", or the
// whole answer where there is no such envelope. path is a path ("/users/me") or
// a URI of the API; a URI on another host is a ForeignHostError, and nothing is
// sent. Failed attempts are repeated; see the package documentation.
func (c *Client) GetRaw(ctx context.Context, path string, query url.Values) (json.RawMessage, error) {
	var record json.RawMessage
	err := c.get(ctx, path, query, func(body []byte) (err error) {
		record, err = recordIn(body)
		return err
	})
	return record, err
}

// recordIn returns the record in an answer: what stands under "resource", or
// the whole answer where there is no such envelope.
func recordIn(body []byte) (json.RawMessage, error) {
	var envelope struct {
		Resource json.RawMessage `json:"resource"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return nil, err
	}
	if envelope.Resource == nil {
		return body, nil
	}
	return envelope.Resource, nil
}

// ListRaw reads one page of a list, its items as they were sent; the page that
// a page_token in query says, or else the first. path is as in GetRaw.
func (c *Client) ListRaw(ctx context.Context, path string, query url.Values) (*RawPage, error) {
	var page *RawPage
	err := c.get(ctx, path, query, func(body []byte) (err error) {
		page, err = c.decodePage(body)
		return err
	})
	if err != nil {
		return nil, err
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
// and it can be ranged over again, from the first page. An error is the last
// thing it yields. A page token that comes back is a DecodeError that wraps
// ErrEndless, a next page on another host a ForeignHostError.
func (c *Client) PagesRaw(ctx context.Context, path string, query url.Values) iter.Seq2[*RawPage, error] {
	return func(yield func(*RawPage, error) bool) {
		seen := map[string]bool{query.Get("page_token"): true}
		for query := query; ; {
			page, err := c.ListRaw(ctx, path, query)
			if !yield(page, err) || err != nil {
				return
			}
			token, err := c.next(page.Pagination)
			if err == nil && token != nil && seen[*token] {
				err = ErrEndless
			}
			switch {
			case err != nil:
				yield(nil, &DecodeError{Method: http.MethodGet, Path: c.pathOf(path), Err: err})
				return
			case token == nil:
				return
			}
			seen[*token] = true
			next := maps.Clone(query)
			if next == nil {
				next = url.Values{}
			}
			next.Set("page_token", *token)
			query = next
		}
	}
}

// pathOf returns path as errors show it, without a query.
func (c *Client) pathOf(path string) string {
	u, err := c.resolve(path, nil)
	if err != nil {
		return ""
	}
	return u.Path
}

// next returns the token of the page after p, nil if p is the last. Of what
// names the next page, either is enough.
func (c *Client) next(p Pagination) (*string, error) {
	named := func(s *string) bool { return s != nil && *s != "" }
	if named(p.NextPage) {
		u, err := c.resolve(*p.NextPage, nil)
		if err != nil {
			return nil, err
		}
		if !named(p.NextPageToken) {
			token := u.Query().Get("page_token") // "" is where the list began
			return &token, nil
		}
	}
	if named(p.NextPageToken) {
		return p.NextPageToken, nil
	}
	return nil, nil
}
