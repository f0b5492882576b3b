package files

import (
	"compress/gzip"
	"context"
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/kalends/kalends/internal/connect"
)

// encoder writes rows to a file.
type encoder interface {
	// encode writes rows, which it does not keep; a value that is absent is null.
	encode(rows *held) error
	// Close writes what is left. The file is not committed.
	Close() error
}

// decoder reads the rows of a file.
type decoder interface {
	// decode adds the next row to another, absent what is of no column of the
	// file, or returns io.EOF.
	decode(to packed) (packed, error)
	Close() error
}

// newEncoder returns what writes rows of columns as the options say.
func (o options) newEncoder(w io.Writer, columns []connect.Column) (encoder, error) {
	if o.Format == "parquet" {
		return newParquetEncoder(w, columns, o.Compress), nil
	}
	c, err := o.compressor(w)
	if err != nil {
		return nil, err
	}
	if o.Format == "csv" {
		return newCSVEncoder(c, columns)
	}
	return newJSONEncoder(c, columns), nil
}

// newDecoder returns what reads rows of columns from f.
func (o options) newDecoder(f file, columns []connect.Column) (decoder, error) {
	if o.Format == "parquet" {
		return newParquetDecoder(f, columns)
	}
	r, err := o.decompressor(f)
	if err != nil {
		return nil, err
	}
	if o.Format == "csv" {
		return newCSVDecoder(r, columns)
	}
	return newJSONDecoder(r, columns), nil
}

func (o options) compressor(w io.Writer) (io.WriteCloser, error) {
	switch o.Compress {
	case "gzip":
		return gzip.NewWriter(w), nil
	case "zstd":
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
	}
	return plain{w}, nil
}

func (o options) decompressor(r io.Reader) (io.ReadCloser, error) {
	switch o.Compress {
	case "gzip":
		return gzip.NewReader(r)
	case "zstd":
		d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	}
	return io.NopCloser(r), nil
}

// plain compresses nothing.
type plain struct{ io.Writer }

func (plain) Close() error { return nil }

// writing is a file of rows that is being written.
type writing struct {
	upload upload
	encoder
	part part
}

func (o options) create(ctx context.Context, s store, name string, columns []connect.Column) (*writing, error) {
	w := &writing{part: part{Name: name}}
	var err error
	if w.upload, err = s.Create(ctx, name); err != nil {
		return nil, err
	}
	if w.encoder, err = o.newEncoder(w, columns); err != nil {
		return nil, errors.Join(err, w.upload.Abort())
	}
	return w, nil
}

// Write counts the bytes of the file.
func (w *writing) Write(b []byte) (int, error) {
	n, err := w.upload.Write(b)
	w.part.Bytes += int64(n)
	return n, err
}

func (w *writing) encode(rows *held) error {
	if len(rows.index) == 0 {
		return nil
	}
	w.part.Rows += int64(len(rows.index))
	return w.encoder.encode(rows)
}

// commit makes the file durable and returns what it is.
func (w *writing) commit() (part, error) {
	if err := w.Close(); err != nil {
		return part{}, errors.Join(err, w.upload.Abort())
	}
	return w.part, w.upload.Commit()
}

// abort drops the file.
func (w *writing) abort() error { return w.upload.Abort() }

// readRows shows each row of a file to see, until it returns an error. What it
// shows holds until the next.
func (o options) readRows(ctx context.Context, s store, name string, columns []connect.Column, see func(row packed) error) (err error) {
	f, err := s.Open(ctx, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	d, err := o.newDecoder(f, columns)
	if err != nil {
		return unreadable(name, err)
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	var row packed
	for {
		row, err = d.decode(row[:0])
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unreadable(name, err)
		}
		if err := errors.Join(see(row), ctx.Err()); err != nil {
			return err
		}
	}
}
