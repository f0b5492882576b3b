package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/kalends/kalends/internal/flow"
)

// refresh is how often a terminal shows a run anew.
const refresh = 100 * time.Millisecond

// watchPlain prints a line for each stream that ends: for pipes and logs.
func watchPlain(out io.Writer) func(<-chan struct{}, func() flow.Snapshot) {
	return func(changed <-chan struct{}, snapshot func() flow.Snapshot) {
		printed := map[string]bool{}
		for range changed {
			printEnded(out, snapshot().Run.Streams, printed)
		}
		printEnded(out, snapshot().Run.Streams, printed)
	}
}

// watchLive shows a line for each stream that is being read and leaves one
// behind for each that has ended: for terminals.
func watchLive(out io.Writer) func(<-chan struct{}, func() flow.Snapshot) {
	return func(changed <-chan struct{}, snapshot func() flow.Snapshot) {
		screen := mpb.New(mpb.WithOutput(out), mpb.WithAutoRefresh(), mpb.WithRefreshRate(refresh))
		v := &live{screen: screen, snapshot: snapshot, printed: map[string]bool{}, bars: map[string]*mpb.Bar{}}
		v.budget = screen.MustAdd(1, nil, mpb.BarPriority(1000), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return budgetLine(snapshot()) })))
		for range changed {
			v.update()
			time.Sleep(refresh / 2) // a terminal cannot be read faster
		}
		v.update()
		v.budget.Abort(true)
		for _, bar := range v.bars {
			bar.Abort(true)
		}
		screen.Wait()
		printEnded(out, snapshot().Run.Streams, v.printed)
	}
}

// live is the screen of a run.
type live struct {
	screen   *mpb.Progress
	snapshot func() flow.Snapshot
	printed  map[string]bool
	bars     map[string]*mpb.Bar
	budget   *mpb.Bar
}

func (v *live) update() {
	now := v.snapshot()
	for i, s := range now.Run.Streams {
		bar, shown := v.bars[s.Name]
		switch {
		case s.Status == flow.Running && !shown:
			v.bars[s.Name] = v.add(i)
		case s.Status.Ended() && shown:
			bar.Abort(true)
			delete(v.bars, s.Name)
		}
	}
	printEnded(v.screen, now.Run.Streams, v.printed)
}

// add shows the stream at index i until its bar is aborted.
func (v *live) add(i int) *mpb.Bar {
	eta := &eta{}
	line := func(decor.Statistics) string {
		now := v.snapshot()
		return runningLine(now.Run.Streams[i], now.Shares[i], eta)
	}
	return v.screen.MustAdd(1, nil, mpb.BarPriority(i), mpb.BarRemoveOnComplete(), mpb.PrependDecorators(decor.Any(line)))
}

func printEnded(out io.Writer, streams []flow.Stream, printed map[string]bool) {
	for _, s := range streams {
		if s.Status.Ended() && !printed[s.Name] {
			printed[s.Name] = true
			fmt.Fprintln(out, endedLine(s))
		}
	}
}

const nameWidth = 34 // the longest stream name

func endedLine(s flow.Stream) string {
	line := fmt.Sprintf("%-*s %-9s", nameWidth, s.Name, s.Status)
	if s.Status != flow.Skipped {
		line += fmt.Sprintf(" %9s records %8s calls %7.1fs", humanize.Comma(int64(s.Records)), humanize.Comma(int64(s.Requests)), s.Seconds)
		line += quarantined(s)
	}
	if s.Reason != "" {
		line += "  " + s.Reason
	}
	return line
}

func runningLine(s flow.Stream, share float64, e *eta) string {
	line := fmt.Sprintf("%-*s %-9s %9s records %8s calls %7.1fs", nameWidth, s.Name, "reading",
		humanize.Comma(int64(s.Records)), humanize.Comma(int64(s.Requests)), s.Seconds)
	line += quarantined(s)
	if share > 0 {
		line += fmt.Sprintf("  %3.0f%%", share*100)
	}
	if left, ok := e.left(s.Seconds, share); ok {
		line += "  " + left.Round(time.Second).String() + " left"
	}
	return line
}

// quarantined says how many rows of a stream were refused.
func quarantined(s flow.Stream) string {
	if s.Quarantined == 0 {
		return ""
	}
	return fmt.Sprintf("  %s refused", humanize.Comma(int64(s.Quarantined)))
}

func budgetLine(s flow.Snapshot) string {
	line := fmt.Sprintf("%s calls", humanize.Comma(int64(s.Run.Requests)))
	if s.Run.Limit > 0 {
		line += fmt.Sprintf(", %d left in this minute; budget: %s", s.Run.Left, budget(s.Run))
	}
	return line
}

// budget says how fast a run may be at most.
func budget(r flow.Run) string {
	return fmt.Sprintf("%d%% of %s calls a minute", r.Budget, humanize.Comma(int64(r.Limit)))
}

// eta tells how long a stream will take from how much of it was read since it
// was first looked at: a run that went on from another begins in the middle.
type eta struct{ seconds, share float64 }

func (e *eta) left(seconds, share float64) (time.Duration, bool) {
	if e.share == 0 {
		e.seconds, e.share = seconds, share
	}
	done := share - e.share
	if done <= 0 {
		return 0, false
	}
	left := (seconds - e.seconds) / done * (1 - share)
	return time.Duration(left * float64(time.Second)), true
}
