package intake

import "io"

// chunk is how much of an object is asked for at once: a connection would not
// wait until rows are written.
const chunk = 4 << 20

// object is an open object. It is for one goroutine.
type object struct {
	size int64
	fill func(p []byte, from int64) error
	// held is what was read last of all, and begins at from; next is where Read
	// goes on.
	held       []byte
	from, next int64
	err        error // that ended Read
}

// Read reads on, chunk by chunk.
func (o *object) Read(p []byte) (int, error) {
	switch {
	case o.err != nil:
		return 0, o.err
	case o.next >= o.size:
		return 0, io.EOF
	case !o.holds(o.next, 1):
		if o.held == nil {
			o.held = make([]byte, min(chunk, o.size))
		}
		o.from, o.held = o.next, o.held[:min(int64(cap(o.held)), o.size-o.next)]
		if o.err = o.fill(o.held, o.from); o.err != nil {
			o.held = o.held[:0]
			return 0, o.err
		}
	}
	n := copy(p, o.held[o.next-o.from:])
	o.next += int64(n)
	return n, nil
}

// ReadAt reads any part; of a small object, or its beginning, from what is held.
func (o *object) ReadAt(p []byte, from int64) (int, error) {
	n := min(int64(len(p)), max(o.size-from, 0))
	switch {
	case n == 0:
	case o.holds(from, n):
		copy(p[:n], o.held[from-o.from:])
	default:
		if err := o.fill(p[:n], from); err != nil {
			return 0, err
		}
	}
	if n < int64(len(p)) {
		return int(n), io.EOF
	}
	return int(n), nil
}

// holds reports whether n bytes are held of those from a place on.
func (o *object) holds(from, n int64) bool {
	return o.from <= from && from+n <= o.from+int64(len(o.held))
}

func (o *object) Size() int64  { return o.size }
func (o *object) Close() error { return nil }
