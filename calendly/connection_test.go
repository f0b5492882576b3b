package calendly

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// Real connections that break in the ways that real ones do.
func TestRead_survives_broken_connections(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{
		"closed at once":  "",
		"cut by length":   "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"resource\"",
		"cut in a chunk":  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"resource\"",
		"cut, no length":  "HTTP/1.0 200 OK\r\n\r\n{\"resource\":{\"uri\":",
		"not HTTP":        "\x15\x03\x01\x00\x02\x02\x16 Bearer " + testToken + "\r\n\r\n",
		"cut in a header": "HTTP/1.1 200 OK\r\nContent-Le",
		"reset after 429": "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 50\r\nX-RateLimit-Reset: 0\r\n\r\n{",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent atomic.Int32
			var first atomic.Value
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if sent.Add(1) > 1 {
					_, _ = io.WriteString(w, ok) // it is seen by the client
					return
				}
				breakOff(t, w, raw)
			}, WithObserver(func(a Attempt) {
				if a.Err != nil {
					first.CompareAndSwap(nil, a.Err.Error())
				}
			}))
			if _, err := c.Users.Me(t.Context()); err != nil {
				t.Errorf("after %d attempts: %v", sent.Load(), err)
			}
			if text, _ := first.Load().(string); name != "closed at once" && text == "" || strings.Contains(text, "secret-token") {
				t.Errorf("the first error is %q", text)
			}
		})
	}
}

// breakOff sends bytes and closes the connection.
func breakOff(t *testing.T, w http.ResponseWriter, raw string) {
	conn, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	out := bufio.NewWriter(buffered)
	_, _ = out.WriteString(raw) // the client may hang up
	_ = out.Flush()             // likewise
	_ = buffered.Flush()        // likewise
}
