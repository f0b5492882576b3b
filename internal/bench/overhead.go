package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kalends/kalends/calendly/calendlytest"
)

// overhead copies an organization, then lets a bare client make the very same
// requests of the same server. The streams are the two that make up the bulk.
func overhead(ctx context.Context, b *bench) (result, error) {
	s, err := newRecorder(filepath.Join(b.dir, "requests"))
	if err != nil {
		return result{}, err
	}
	defer s.Close()
	token := s.world.Tokens["owner"]
	best := func(a, b cost) cost { return cost{min(a.wall, b.wall), min(a.cpu, b.cpu)} }
	most := time.Duration(1 << 62)
	copies, bare := cost{most, most}, cost{most, most}
	var last copied
	for turn := range 4 { // alternating, so that both have their luck; the best counts
		s.recording.Store(turn == 0)
		home := fmt.Sprint("overhead", turn) // a first copy, each time
		if err := b.credential(ctx, home, s.URL, token); err != nil {
			return result{}, err
		}
		if last, err = b.sync(ctx, home, "scheduled_events,invitees"); err != nil {
			return result{}, err
		}
		if s.recording.Swap(false) { // the turn that is recorded does not count
			if err := s.file.Close(); err != nil {
				return result{}, err
			}
			continue
		}
		replayed, err := b.replay(ctx, s.file.Name(), token)
		if err != nil {
			return result{}, err
		}
		copies, bare = best(copies, last.cost), best(bare, replayed)
	}
	ratio := copies.wall.Seconds() / bare.wall.Seconds()
	return result{
		ratio: fmt.Sprintf("%.2f×", ratio), kept: ratio <= 2,
		notes: []string{
			fmt.Sprintf("%d requests, %d records; best of 3", last.Requests, last.Records),
			fmt.Sprintf("copied in %.1f s with %.1f s of CPU, thrown away in %.1f s with %.1f s", copies.wall.Seconds(), copies.cpu.Seconds(), bare.wall.Seconds(), bare.cpu.Seconds()),
		},
	}, nil
}

// recorder is an emulator that can write down the requests it gets.
type recorder struct {
	*httptest.Server
	world     *calendlytest.Server
	recording atomic.Bool
	mu        sync.Mutex
	file      *os.File
}

func newRecorder(file string) (*recorder, error) {
	r := &recorder{}
	r.Server = httptest.NewUnstartedServer(r)
	url := "http://" + r.Listener.Addr().String()
	world, err := calendlytest.New(calendlytest.Config{Seed: 1, Events: 20_000, Plan: "enterprise", PublicURL: url})
	if err != nil {
		return nil, err
	}
	r.world = world
	if r.file, err = os.Create(file); err != nil {
		return nil, err
	}
	r.Start()
	return r, nil
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if r.recording.Load() {
		r.mu.Lock()
		fmt.Fprintln(r.file, r.URL+req.URL.RequestURI())
		r.mu.Unlock()
	}
	r.world.ServeHTTP(w, req)
}

// replay runs the bare client in a process of its own, as the sync has one.
func (b *bench) replay(ctx context.Context, file, token string) (cost, error) {
	self, err := os.Executable()
	if err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(ctx, self, "-replay", file)
	cmd.Env = append(os.Environ(), "BENCH_TOKEN="+token)
	cmd.Stderr = os.Stderr
	began := time.Now()
	err = cmd.Run()
	return costOf(cmd, began), err
}

// replay is the bare client: as many connections as the copy uses, no JSON.
func replay(ctx context.Context, file string) (err error) {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	addresses := make(chan string)
	errs := make(chan error, connections)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	for range connections {
		go func() {
			var err error
			for a := range addresses {
				err = errors.Join(err, discard(ctx, client, a))
			}
			errs <- err
		}()
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		addresses <- lines.Text()
	}
	close(addresses)
	err = lines.Err()
	for range connections {
		err = errors.Join(err, <-errs)
	}
	return err
}

// connections is how many requests the Calendly source has under way.
const connections = 32

func discard(ctx context.Context, client *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv("BENCH_TOKEN"))
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close())
}
