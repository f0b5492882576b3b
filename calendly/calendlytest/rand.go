package calendlytest

import "math/bits"

// mix spreads the bits of x: the finalizer of splitmix64, a bijection.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// draw is a short stream of random numbers that depends only on what it was
// made for. Its values are a function of the order in which they are drawn.
type draw struct{ state uint64 }

// next returns 64 random bits.
func (d *draw) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	return mix(d.state)
}

// n returns a number in [0, n); n must be positive.
func (d *draw) n(n int) int {
	hi, _ := bits.Mul64(d.next(), uint64(n))
	return int(hi)
}

// n64 returns a number in [0, n), and 0 when n is not positive.
func (d *draw) n64(n int64) int64 {
	if n <= 0 {
		return 0
	}
	hi, _ := bits.Mul64(d.next(), uint64(n))
	return int64(hi)
}

// chance is true permille times out of a thousand.
func (d *draw) chance(permille int) bool { return d.n(1000) < permille }

// pick returns one of list, which must not be empty.
func pick[T any](d *draw, list []T) T { return list[d.n(len(list))] }

// shuffle is a bijection of [0, n) that can be computed both ways in constant
// time and no memory: i ↦ a·i + c mod n.
type shuffle struct{ n, a, c, inverse uint64 }

func newShuffle(n int, d draw) shuffle {
	s := shuffle{n: uint64(n), c: uint64(d.n(n)), a: d.next()%uint64(n) | 1}
	for gcd(s.a, s.n) != 1 {
		s.a += 2
	}
	s.inverse = invert(s.a%s.n, s.n)
	return s
}

// at returns the place of i.
func (s shuffle) at(i int) int { return int((s.times(s.a%s.n, uint64(i)) + s.c) % s.n) }

// of returns the i whose place is p.
func (s shuffle) of(p int) int { return int(s.times(s.inverse, uint64(p)+s.n-s.c)) }

func (s shuffle) times(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b%s.n)
	return bits.Rem64(hi, lo, s.n)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// invert returns x with a·x ≡ 1 mod n; a and n must have no common divisor.
func invert(a, n uint64) uint64 {
	t, next := int64(0), int64(1)
	r, rest := int64(n), int64(a)
	for rest != 0 {
		q := r / rest
		t, next = next, t-q*next
		r, rest = rest, r-q*rest
	}
	if t < 0 {
		t += int64(n)
	}
	return uint64(t)
}
