package app

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/kalends/kalends/internal/audit"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/engine"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
)

// VerifyRequest says which copy to prove.
type VerifyRequest struct {
	// Copy is the copy as it is made. Without Streams those that its runs have
	// read are verified, or if it has none all but those that are read on
	// request only.
	Copy SyncRequest
	// Repair has what differs fixed.
	Repair bool
	// Sample is of how many parent records what belongs to them is read, as
	// "5%"; empty: of all.
	Sample string
}

// Verify compares a copy with its source, and reports what it found as far as
// it came. A copy that is not equal is fault.Conflict.
func (a *App) Verify(ctx context.Context, req VerifyRequest) (proof flow.Proof, err error) {
	share, err := parseSample(req.Sample)
	if err != nil {
		return flow.Proof{}, err
	}
	if req.Copy.Fresh, err = a.allOf(ctx, req.Copy); err != nil {
		return flow.Proof{}, err
	}
	p, err := a.plan(ctx, req.Copy)
	if err != nil {
		return flow.Proof{}, err
	}
	release, err := a.store.LockFlow(ctx, p.flow.ID)
	if err != nil {
		return flow.Proof{}, err
	}
	defer func() { err = errors.Join(err, release()) }()
	if len(req.Copy.Streams) == 0 {
		if p.streams, err = a.copied(ctx, p); err != nil {
			return flow.Proof{}, err
		}
	}
	destination, err := p.open(ctx)
	if err != nil {
		return flow.Proof{}, err
	}
	defer func() { err = errors.Join(err, destination.Close()) }()
	if req.Repair { // rows that it cannot write are kept
		if err := a.store.SaveFlow(ctx, p.flow); err != nil {
			return flow.Proof{}, err
		}
	}
	return a.audit(ctx, p, destination, req, share)
}

// allOf returns the options of a copy by which its source is read as a whole.
func (a *App) allOf(ctx context.Context, copied SyncRequest) (map[string]string, error) {
	from, err := a.place(ctx, reading(), copied.From)
	if err != nil {
		return nil, err
	}
	options := maps.Clone(copied.Fresh)
	if options == nil {
		options = map[string]string{}
	}
	delete(options, "cursor")
	if slices.ContainsFunc(from.connector.Spec.Options, func(f connect.Field) bool { return f.Name == "pass" }) {
		options["pass"] = "deep"
	}
	return options, nil
}

// copied returns those streams of p that its runs have read, and if it has none
// all.
func (a *App) copied(ctx context.Context, p plan) ([]connect.Stream, error) {
	runs, err := a.store.Runs(ctx, p.flow.ID, 0)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, run := range runs {
		for _, s := range run.Streams {
			known[s.Name] = known[s.Name] || s.Status == flow.Succeeded
		}
	}
	all := slices.DeleteFunc(p.source.Streams(), func(s connect.Stream) bool { return !known[s.Name] })
	if len(all) == 0 {
		return p.streams, nil
	}
	return all, nil
}

func (a *App) audit(ctx context.Context, p plan, destination connect.Destination, req VerifyRequest, share float64) (flow.Proof, error) {
	start := a.now()
	var streams []connect.Stream
	proof := flow.Proof{Flow: p.flow.ID, Sample: share}
	for _, s := range p.streams {
		if s.Rolling {
			proof.Streams = append(proof.Streams, flow.Audit{
				Name: s.Name, Status: flow.Unchecked, Reason: "only the near future is told, which is another one at each reading",
			})
			continue
		}
		streams = append(streams, s)
	}
	run := flow.Run{ID: a.newID(), Flow: p.flow.ID, Status: flow.Running, Started: start}
	tracker := engine.NewTracker(run, streams, a.now)
	var watching sync.WaitGroup
	if req.Copy.Watch != nil {
		watching.Go(func() { req.Copy.Watch(tracker.Changed(), tracker.Snapshot) })
	}
	job := audit.Job{
		Run: engine.Job{
			Source: p.source, Destination: destination, Streams: streams, Tracker: tracker, Gather: gather, Finish: finishBatch,
			Sample: sampler(share, a.newID()), Mapping: mappers(p.mapping, streams), Quarantine: a.quarantine(p, run.ID), MaxBadRows: MaxBadRows, Now: a.now,
		},
		Start: p.start, Repair: req.Repair,
	}
	audits, err := audit.Run(ctx, job)
	proof.Requests = tracker.Finish(err).Requests
	watching.Wait()
	proof.Streams = append(audits, proof.Streams...)
	proof.Seconds = a.now().Sub(start).Seconds()
	return concluded(proof, err)
}

// concluded says what the audits amount to.
func concluded(proof flow.Proof, err error) (flow.Proof, error) {
	checked := 0
	var differ []string
	for _, s := range proof.Streams {
		switch s.Status {
		case flow.Equal, flow.Repaired:
			checked++
		case flow.Differs:
			differ = append(differ, s.Name)
		case flow.Unchecked:
		}
	}
	switch {
	case err != nil:
	case len(differ) > 0:
		err = fault.New(fault.Conflict, "the copy is not equal: %s differ", strings.Join(differ, ", ")).
			WithHint("run it again with --repair to fix what differs, or run the sync that is due")
	case checked == 0:
		err = fault.New(fault.Forbidden, "nothing could be checked").WithHint("see what the credential may read: kalends streams --credential NAME")
	}
	proof.Equal = err == nil
	if err != nil {
		proof.Error = flow.ErrorOf(err)
	}
	return proof, err
}

// parseSample reads a percentage; empty is all.
func parseSample(text string) (float64, error) {
	if text == "" {
		return 1, nil
	}
	number, ok := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(percent > 0 && percent <= 100) {
		return 0, fault.New(fault.Invalid, "%q is no percentage", text).WithField("sample").WithHint("write it as 5%%: more than 0%% and at most 100%%")
	}
	return percent / 100, nil
}

// sampler chooses a share of keys, others for each seed; nil chooses all.
func sampler(share float64, seed string) func(key string) bool {
	if share >= 1 {
		return nil
	}
	return func(key string) bool {
		sum := sha256.Sum256([]byte(seed + key))
		return float64(binary.BigEndian.Uint64(sum[:])) < share*math.MaxUint64
	}
}
