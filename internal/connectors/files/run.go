package files

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
)

// buffered is how much of a file of changes is read and written at once.
const buffered = 32 << 10

// mostBytes bounds a key and a row: what is longer was never written.
const mostBytes = 1 << 30

// runWriter writes changes, sorted, to a file that only Kalends reads.
type runWriter struct {
	upload upload
	out    *bufio.Writer
	part   part
	head   []byte
}

func createRun(ctx context.Context, s store, name string) (*runWriter, error) {
	u, err := s.Create(ctx, name)
	if err != nil {
		return nil, err
	}
	return &runWriter{upload: u, out: bufio.NewWriterSize(u, buffered), part: part{Name: name}}, nil
}

func (w *runWriter) write(c change) error {
	w.head = binary.AppendUvarint(w.head[:0], uint64(len(c.key)))
	w.head = append(append(w.head, c.key...), byte(c.op))
	w.head = binary.AppendUvarint(w.head, uint64(len(c.values)))
	_, err := w.out.Write(w.head)
	if err == nil {
		_, err = w.out.Write(c.values) // a bufio.Writer keeps its error
	}
	w.part.Rows++
	w.part.Bytes += int64(len(w.head) + len(c.values))
	return err
}

// commit makes the file durable and returns what it is.
func (w *runWriter) commit() (part, error) {
	if err := w.out.Flush(); err != nil {
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
	for {
		c, err := from.next()
		if errors.Is(err, io.EOF) {
			return w.commit()
		}
		if err == nil {
			err = errors.Join(w.write(c), ctx.Err())
		}
		if err != nil {
			return part{}, errors.Join(err, w.upload.Abort())
		}
	}
}

// run reads the changes in a file.
type run struct {
	file    file
	in      *bufio.Reader
	part    part
	read    int64
	current change
}

func openRun(ctx context.Context, s store, p part) (changes, error) {
	f, err := s.Open(ctx, p.Name)
	if err != nil {
		return nil, err
	}
	return &run{file: f, in: bufio.NewReaderSize(f, buffered), part: p}, nil
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
	_, err = io.ReadFull(r.in, *into)
	return r.ended(err)
}

// ended says that a file ends too early: it has as many changes as were
// written, or it is not the one that was written.
func (r *run) ended(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return damaged(r.part.Name)
	}
	return err
}

func (r *run) Close() error { return r.file.Close() }
