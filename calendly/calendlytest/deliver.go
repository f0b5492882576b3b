package calendlytest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// How long a receiver may take to let a webhook connect, and then to answer.
const (
	connectTimeout = 10 * time.Second
	readTimeout    = 15 * time.Second
)

// Assumption: the first retry comes after a minute, each further one after
// twice the time, by the server's clock; that retries back off exponentially
// for 24 hours is documented.
const (
	firstRetry = minute * micros
	retriesFor = day * micros
)

const (
	maxAtOnce     = 16     // deliveries under way
	maxDeliveries = 10_000 // remembered
)

// delivery is one message to one subscription, on its way.
type delivery struct {
	world    *world
	webhook  int
	event    string
	text     []byte
	until    int64 // microseconds; no retry is made after
	attempts int
	failing  bool
}

// Delivery is one attempt to deliver a webhook.
type Delivery struct {
	At           string `json:"at"` // by the server's clock
	Subscription string `json:"subscription"`
	URL          string `json:"url"`
	Event        string `json:"event"`
	Attempt      int    `json:"attempt"` // from 1
	Status       int    `json:"status"`  // 0 when there was no answer
	Error        string `json:"error"`   // why there was none
}

// postman delivers.
type postman struct {
	client  *http.Client
	context context.Context //nolint:containedctx // of the server's life: ends with Close
	stop    context.CancelFunc
	slots   chan struct{}

	mu       sync.Mutex
	idle     *sync.Cond
	underWay int
	done     []Delivery
}

func newPostman() *postman {
	p := &postman{slots: make(chan struct{}, maxAtOnce)}
	p.idle = sync.NewCond(&p.mu)
	p.context, p.stop = context.WithCancel(context.Background())
	p.client = &http.Client{
		Transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: connectTimeout}).DialContext,
			TLSHandshakeTimeout:   connectTimeout,
			ResponseHeaderTimeout: readTimeout,
			DisableKeepAlives:     true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return p
}

// begin counts a delivery as under way, unless the postman was stopped.
func (p *postman) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.context.Err() != nil {
		return false
	}
	p.underWay++
	return true
}

func (p *postman) end(d Delivery) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.underWay--
	if len(p.done) == maxDeliveries {
		p.done = p.done[1:]
	}
	p.done = append(p.done, d)
	p.idle.Broadcast()
}

// wait returns when nothing is under way.
func (p *postman) wait() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.underWay > 0 {
		p.idle.Wait()
	}
}

// quit cuts what is under way, waits for its end, and lets nothing new begin.
func (p *postman) quit() {
	p.mu.Lock()
	p.stop()
	p.mu.Unlock()
	p.wait()
}

// WaitForDeliveries returns when no attempt to deliver a webhook is under way.
// Retries that are due later by the server's clock are not waited for.
func (s *Server) WaitForDeliveries() { s.postman.wait() }

// Deliveries returns the last attempts to deliver webhooks, the oldest first:
// 10,000 at most.
func (s *Server) Deliveries() []Delivery {
	s.postman.mu.Lock()
	defer s.postman.mu.Unlock()
	return append([]Delivery{}, s.postman.done...)
}

// deliver lets an attempt begin; s.mu must be held, and is not waited for.
func (s *Server) deliver(d *delivery) {
	v := &d.world.webhooks[d.webhook]
	if s.replaying || v.gone || v.made.disabled || !s.postman.begin() {
		return
	}
	d.attempts++
	url, key := v.made.url, v.made.key
	report := Delivery{Subscription: d.world.uri(kindWebhook, d.webhook), URL: url, Event: d.event, Attempt: d.attempts}
	go func() {
		s.postman.slots <- struct{}{}
		at := s.clock.micros()
		status, err := s.postman.post(url, sign(key, at/micros, d.text), d.text)
		<-s.postman.slots
		report.At, report.Status = stamp(at), status
		if err != nil {
			report.Error = err.Error()
		}
		s.settleDelivery(d, status/100 == 2)
		s.postman.end(report)
	}()
}

// sign returns the header of a signed message, "" without a key.
func sign(key string, at int64, text []byte) string {
	if key == "" {
		return ""
	}
	t := strconv.FormatInt(at, 10)
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(t + "."))
	mac.Write(text)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// post sends a message and returns the status answered.
func (p *postman) post(url, signature string, text []byte) (int, error) {
	ctx, cancel := context.WithTimeout(p.context, connectTimeout+readTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(text))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Calendly")
	if signature != "" {
		r.Header.Set("Calendly-Webhook-Signature", signature)
	}
	answer, err := p.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, io.LimitReader(answer.Body, maxBodyBytes))
	return answer.StatusCode, err
}
