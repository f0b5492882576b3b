package calendlytest

import (
	"context"
	"time"
)

// settleDelivery keeps what came of an attempt, and lets a failed one be tried
// again.
func (s *Server) settleDelivery(d *delivery, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.micros()
	m := d.world.webhooks[d.webhook].made
	if ok {
		m.recovered(d, now)
		return
	}
	if s.postman.context.Err() != nil {
		return // closing
	}
	m.failed(d, now)
	if m.disabled {
		return
	}
	again := now + firstRetry<<min(d.attempts-1, 20)
	if now >= d.until {
		m.recovered(d, now) // it is lost
		return
	}
	d.world.later(min(again, d.until), func(int64) { s.deliver(d) })
	s.stirred()
}

// failed counts a message that fails. The subscription is disabled after 24
// hours if another message failed too.
func (m *madeWebhook) failed(d *delivery, now int64) {
	if !d.failing {
		d.failing = true
		m.failing++
		m.failures++
	}
	switch {
	case m.retryStarted == 0:
		m.retryStarted, m.updated = now, now
	case now-m.retryStarted >= retriesFor && m.failures > 1 && !m.disabled:
		m.disabled, m.updated = true, now
	}
}

// recovered ends the retries of a message that arrived or was given up, and
// with the last of them the failing of the subscription.
func (m *madeWebhook) recovered(d *delivery, now int64) {
	if d.failing {
		d.failing = false
		m.failing--
	}
	if m.failing == 0 && m.retryStarted > 0 && !m.disabled {
		m.retryStarted, m.failures, m.updated = 0, 0, now
	}
}

// stirred wakes up tend when something is due at another time.
func (s *Server) stirred() {
	select {
	case s.stir <- struct{}{}:
	default: // it is about to look anyway
	}
}

// tend lets happen what is due while nobody asks, until ctx ends.
func (s *Server) tend(ctx context.Context) {
	for {
		timer := time.NewTimer(s.untilDue())
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-s.stir:
			timer.Stop()
		case <-timer.C:
			s.lock(false)()
		}
	}
}

// untilDue returns how long nothing is due, at most an hour.
func (s *Server) untilDue() time.Duration {
	wait := time.Hour
	for _, w := range []*world{s.home, s.away} {
		if next := w.next.Load(); next != 0 {
			wait = min(wait, time.Duration(next-s.clock.micros())*time.Microsecond)
		}
	}
	return max(wait, time.Millisecond)
}
