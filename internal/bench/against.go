package main

import (
	"fmt"
	"time"
)

// against has a destination and its driver alone write a load by turns, so that
// both have their luck, and compares the best of each. ours and bare write it
// twice, as new and over itself, and say how long that took.
func against(l load, driver string, ours, bare func() (time.Duration, error)) (result, error) {
	const turns = 3
	best := [2]time.Duration{1 << 62, 1 << 62}
	for range turns {
		for i, write := range []func() (time.Duration, error){ours, bare} {
			took, err := write()
			if err != nil {
				return result{}, err
			}
			best[i] = min(best[i], took)
		}
	}
	ratio := best[1].Seconds() / best[0].Seconds()
	rate := func(i int) float64 { return float64(2*l.records) / best[i].Seconds() }
	return result{
		ratio: fmt.Sprintf("%.2f", ratio), kept: ratio >= 0.7,
		notes: []string{fmt.Sprintf("%d records, written twice; best of %d: %.0f rows/s, %s alone %.0f rows/s", l.records, turns, rate(0), driver, rate(1))},
	}, nil
}

// timed is how long it takes to do something twice.
func timed(do func() error) (time.Duration, error) {
	began := time.Now()
	for range 2 {
		if err := do(); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}
