package calendlytest

import (
	"cmp"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// answered is what is sent back, if nothing goes wrong on the way.
type answered struct {
	status int
	html   bool
	text   []byte
	fault  *Fault
}

const (
	defaultDelay = 5 * time.Second
	gatewayPage  = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)

// instead reports whether the operation is not even looked at.
func (f *Fault) instead() bool {
	if f == nil || f.After {
		return false
	}
	return slices.Contains([]string{FaultRateLimited, FaultInternal, FaultBadGateway, FaultUnavailable, FaultError, FaultReset, FaultExpiredToken}, f.Kind)
}

// spoil makes of an answer what the fault says.
func (f *Fault) spoil(c *call, a answered) answered {
	if f == nil {
		return a
	}
	a.fault = f
	if f.RetryAfter > 0 && (f.Kind == FaultRateLimited || f.Kind == FaultUnavailable) {
		c.header.Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	fail := func(err *apiError) { a.status, a.text = err.status, encode(err) }
	switch f.Kind {
	case FaultRateLimited:
		setLimit(c.header, cmp.Or(c.server.limiter.rate, 500), 0, window)
		fail(tooManyRequests())
	case FaultInternal:
		fail(internalError())
	case FaultBadGateway:
		a.status, a.html, a.text = http.StatusBadGateway, true, []byte(gatewayPage)
	case FaultUnavailable:
		a.status, a.text = http.StatusServiceUnavailable, nil
	case FaultError:
		fail(&apiError{status: f.Status, Title: f.Title, Message: f.Message})
	case FaultExpiredToken:
		fail(invalid(detail{Parameter: "page_token", Message: saysPageToken}))
	case FaultReset:
		a.status = 0
	case FaultInvalidJSON:
		a.text = a.text[:len(a.text)/2]
	case FaultRepeatedToken, FaultUnknownField, FaultNull:
		if a.status == http.StatusOK {
			a.text = f.rewrite(c, a.text)
		}
	}
	return a
}

// rewrite changes the JSON of an answer.
func (f *Fault) rewrite(c *call, text []byte) []byte {
	var body map[string]any
	if err := json.Unmarshal(text, &body); err != nil {
		panic("calendlytest: an answer is no JSON object: " + err.Error()) // it was made by encode
	}
	if f.Kind == FaultRepeatedToken {
		f.repeat(c, body)
		return encode(body)
	}
	objects, _ := body["collection"].([]any)
	if one, ok := body["resource"]; ok {
		objects = []any{one}
	}
	for _, o := range objects {
		row, _ := o.(map[string]any)
		if f.Kind == FaultUnknownField && row != nil {
			row[cmp.Or(f.Field, "unexpected_field")] = map[string]any{"since": "tomorrow", "list": []int{1, 2}}
		} else if field := cmp.Or(f.Field, "name"); row[field] != nil {
			row[field] = nil
		}
	}
	return encode(body)
}

// repeat makes the next page the same as this one.
func (f *Fault) repeat(c *call, body map[string]any) {
	pages, _ := body["pagination"].(map[string]any)
	next, _ := pages["next_page"].(string)
	u, err := url.Parse(next)
	if next == "" || err != nil {
		return
	}
	token := cmp.Or(c.query.Get("page_token"), c.sealToken(cursor{}))
	q := u.Query()
	q.Set("page_token", token)
	u.RawQuery = q.Encode()
	pages["next_page"], pages["next_page_token"] = u.String(), token
}

// send writes the answer, as far as nothing goes wrong on the way; 204 has no
// body.
func (a *answered) send(ctx context.Context, w http.ResponseWriter) {
	kind := ""
	if a.fault != nil {
		kind = a.fault.Kind
	}
	switch kind {
	case FaultSlow:
		pause(ctx, cmp.Or(a.fault.Delay, defaultDelay))
	case FaultReset:
		reset(w)
	}
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(a.text)))
	}
	if a.html {
		w.Header().Set("Content-Type", "text/html")
	}
	w.WriteHeader(a.status)
	if a.status == http.StatusNoContent {
		return
	}
	if kind == FaultCut {
		_, _ = w.Write(a.text[:len(a.text)/2]) // the rest is missing on purpose
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(a.text) // an error means that the client is gone
}

// reset ends the connection of w without an answer, if it can with a TCP reset.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // if not, the client sees the end of the stream
		}
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}
