package calendlytest

import "sync"

// maxLogged is how many requests the log holds; older ones are forgotten.
const maxLogged = 10_000

// Request is one request that a Server answered.
type Request struct {
	At     string `json:"at"` // by the server's clock
	Method string `json:"method"`
	Path   string `json:"path"`
	Query  string `json:"query"`  // as sent
	Status int    `json:"status"` // 0 when the connection was cut instead
	User   string `json:"user"`   // URI of the user whose token was sent; "" when it was none
	Fault  string `json:"fault"`  // kind of the fault that was answered with; "" for none
}

// loggedRequest is a Request before it is written out.
type loggedRequest struct {
	at                  int64
	method, path, query string
	status              int
	who                 caller
	fault               string
}

// requestLog holds the last requests.
type requestLog struct {
	mu    sync.Mutex
	last  []loggedRequest // a ring once it is full
	total int
}

func (l *requestLog) add(r loggedRequest) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.last) < maxLogged {
		l.last = append(l.last, r)
	} else {
		l.last[l.total%maxLogged] = r
	}
	l.total++
}

// Log returns the last requests, the oldest first: 10,000 at most. Those under
// /_sandbox/ are not among them.
func (s *Server) Log() []Request {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	all := []Request{}
	for n := range s.log.last {
		r := &s.log.last[(s.log.total+n)%len(s.log.last)]
		if s.log.total < maxLogged {
			r = &s.log.last[n]
		}
		out := Request{At: stamp(r.at), Method: r.method, Path: r.path, Query: r.query, Status: r.status, Fault: r.fault}
		if r.who.world != nil {
			out.User = r.who.world.uri(kindUser, r.who.user)
		}
		all = append(all, out)
	}
	return all
}

// requestsBody is the wire form of the log.
type requestsBody struct {
	Requests []Request `json:"requests"`
	Total    int       `json:"total"` // since the log was cleared
}

func listRequests(c *call) (any, error) {
	all := c.server.Log()
	return requestsBody{all, c.server.Requests().Total}, nil
}

func clearRequests(c *call) (change, error) {
	return func() any {
		c.server.ClearRequests()
		return nil
	}, nil
}

// ClearRequests empties the log and sets all counts of Requests to zero.
func (s *Server) ClearRequests() {
	s.log.mu.Lock()
	s.log.last, s.log.total = nil, 0
	s.log.mu.Unlock()
	s.stats.mu.Lock()
	s.stats.count = Requests{}
	s.stats.mu.Unlock()
}
