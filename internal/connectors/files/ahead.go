package files

import "sync"

// ahead calls use with what produce has filled, while produce, in another
// goroutine, fills the other of two. Produce begins with the first; next hands
// on what is full and returns what is to be filled then, nil if use went wrong.
func ahead[T any](first, other *T, produce func(first *T, next func(full *T) *T) error, use func(*T) error) error {
	full, empty := make(chan *T, 2), make(chan *T, 2)
	empty <- other
	var produced, used error
	var producing sync.WaitGroup
	producing.Go(func() {
		defer close(full)
		produced = produce(first, func(t *T) *T {
			full <- t
			return <-empty
		})
	})
	for t := range full {
		if used = use(t); used != nil {
			break
		}
		empty <- t
	}
	close(empty)
	producing.Wait()
	if used != nil {
		return used
	}
	return produced
}

// mostAhead is how many bytes of rows are handed on at once.
const mostAhead = 1 << 20

// rowsAhead hands what produce adds to use, which keeps none of it, while
// produce goes on.
func rowsAhead(produce func(add func(change) error) error, use func(*held) error) error {
	return ahead(&held{}, &held{}, func(now *held, next func(*held) *held) error {
		err := produce(func(c change) error {
			if now.add(c); len(now.bytes) < mostAhead {
				return nil
			}
			if now = next(now); now == nil {
				return errEnough
			}
			*now = now.emptied()
			return nil
		})
		if now != nil {
			next(now)
		}
		return err
	}, use)
}
