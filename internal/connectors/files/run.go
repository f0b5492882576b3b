package files

import (
	"context"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/s2"
)

// block is how much of a file of changes is compressed at once; what is open to
// be merged needs twice as much.
const block = 64 << 10

// mostBytes bounds a key and a row: what is longer was never written.
const mostBytes = 1 << 30

// runWriter writes changes, sorted, to a file that only Kalends reads. It is
// compressed by a method that takes less time than disks do, and has checksums.
type runWriter struct {
	upload upload
	out    *s2.Writer
	part   part
	head   []byte
}

func createRun(ctx context.Context, s store, name string) (*runWriter, error) {
	u, err := s.Create(ctx, name)
	if err != nil {
		return nil, err
	}
	w := &runWriter{upload: u, part: part{Name: name}}
	w.out = s2.NewWriter(w, s2.WriterConcurrency(1), s2.WriterBlockSize(block))
	return w, nil
}

// Write counts the bytes of the file.
func (w *runWriter) Write(b []byte) (int, error) {
	n, err := w.upload.Write(b)
	w.part.Bytes += int64(n)
	return n, err
}

func (w *runWriter) write(c change) error {
	w.head = binary.AppendUvarint(w.head[:0], uint64(len(c.key)))
	w.head = append(append(w.head, c.key...), byte(c.op))
	w.head = binary.AppendUvarint(w.head, uint64(len(c.values)))
	_, err := w.out.Write(w.head)
	if err == nil {
		_, err = w.out.Write(c.values)
	}
	w.part.Rows++
	return err
}

// commit makes the file durable and returns what it is.
func (w *runWriter) commit() (part, error) {
	if err := w.out.Close(); err != nil {
		return part{}, errors.Join(err, w.upload.Abort())
	}
	return w.part, w.upload.Commit()
}

// writeRun writes all changes to a file.
func writeRun(ctx context.Context, s store, name string, from changes) (part, error) {
	w, err := createRun(ctx, s, name)
	if err != nil {
		return part{}, err
	}
	err = each(from, func(c change) error { return errors.Join(w.write(c), ctx.Err()) })
	if err != nil {
		return part{}, errors.Join(err, w.upload.Abort())
	}
	return w.commit()
}

// run reads the changes in a file.
type run struct {
	file    file
	in      *s2.Reader
	part    part
	read    int64
	current change
}

func openRun(ctx context.Context, s store, p part) (changes, error) {
	f, err := s.Open(ctx, p.Name)
	if err != nil {
		return nil, err
	}
	return &run{file: f, in: s2.NewReader(f, s2.ReaderMaxBlockSize(block)), part: p}, nil
}

func (r *run) next() (change, error) {
	if r.read == r.part.Rows {
		return change{}, io.EOF
	}
	r.read++
	if err := r.fill(&r.current.key); err != nil {
		return change{}, err
	}
	b, err := r.in.ReadByte()
	if err != nil {
		return change{}, r.ended(err)
	}
	r.current.op = op(b)
	err = r.fill((*[]byte)(&r.current.values))
	return r.current, err
}

// fill reads bytes that are led by how many they are.
func (r *run) fill(into *[]byte) error {
	n, err := binary.ReadUvarint(r.in)
	if err != nil {
		return r.ended(err)
	}
	if n > mostBytes {
		return damaged(r.part.Name)
	}
	if uint64(cap(*into)) < n {
		*into = make([]byte, n)
	}
	*into = (*into)[:n]
	if _, err = io.ReadFull(r.in, *into); err != nil {
		return r.ended(err)
	}
	return nil
}

// ended says that a file ends too early: it has as many changes as were
// written, or it is not the one that was written.
func (r *run) ended(err error) error {
	if errors.Is(err, io.EOF) {
		return damaged(r.part.Name)
	}
	return unreadable(r.part.Name, err)
}

func (r *run) Close() error { return r.file.Close() }
