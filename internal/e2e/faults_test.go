package e2e_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/kalends/kalends/internal/flow"
)

// bad is a way from a client to the sandbox that does not always work.
type bad struct {
	address string
	on      atomic.Bool
	done    atomic.Int64 // faults so far

	mu   sync.Mutex
	dice *rand.Rand
	to   *httputil.ReverseProxy
}

// freeAddress is one that nobody listens on. A sandbox behind something else
// cannot be asked where it listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// newBad listens; behind is to be called with where the sandbox is.
func newBad(t *testing.T) *bad {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &bad{address: "http://" + listener.Addr().String(), dice: rand.New(rand.NewPCG(1, 2))}
	server := &http.Server{Handler: b} //nolint:gosec // it is reached by the test alone
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return b
}

func (b *bad) behind(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	b.to = httputil.NewSingleHostReverseProxy(u)
}

// fault returns what is to go wrong now, mostly nothing.
func (b *bad) fault() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dice.IntN(200)
}

func (b *bad) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := 99
	if b.on.Load() {
		f = b.fault()
	}
	if f < 7 {
		b.done.Add(1)
	}
	switch f {
	case 0:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprint(w, "<html><body>Bad Gateway</body></html>")
	case 1:
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, `{"title":"Internal Server Error","message":"The server encountered an unexpected condition that prevented it from fulfilling the request."}`)
	case 2:
		w.WriteHeader(http.StatusServiceUnavailable)
	case 3:
		w.Header().Set("X-RateLimit-Limit", "60000")
		w.Header().Set("X-RateLimit-Remaining", "0")
		w.Header().Set("X-RateLimit-Reset", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	case 4: // no answer at all
		panic(http.ErrAbortHandler)
	case 5: // half of an answer
		w.Header().Set("Content-Length", "1000")
		_, _ = io.WriteString(w, `{"collection":[`)
	case 6: // an answer that is none
		_, _ = io.WriteString(w, `{"collection":[`)
	default:
		b.to.ServeHTTP(w, r)
	}
}

func TestSync_over_a_bad_line_is_complete(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	b := newBad(t)
	address := freeAddress(t)
	s := u.sandbox("--rate", "0", "--events", "1200", "--listen", address, "--public-url", b.address)
	b.behind(t, "http://"+address)
	u.credential(s, "owner")
	b.on.Store(true)
	run := u.must("", "sync", "--from", "owner", "--to", "sqlite:copy.db", "--json").result(t)
	b.on.Store(false)
	if run.Status != flow.Succeeded || run.RateLimited == 0 || b.done.Load() < 20 {
		t.Errorf("the run is %s with %d answers 429 after %d faults", run.Status, run.RateLimited, b.done.Load())
	}
	compare(t, s.truth(t, "owner").all(), rows(t, filepath.Join(u.dir, "copy.db")))
}
