package intake

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// look is how much of a file is looked at to find out how it is written.
const look = 64 << 10

// plain returns what a file says, decompressed and without a mark of its
// encoding. closing ends what decompresses.
func plain(in io.Reader) (_ *bufio.Reader, closing func(), err error) {
	raw := bufio.NewReaderSize(in, look)
	closing = func() {}
	head, _ := raw.Peek(4) // an error comes again
	var from io.Reader = raw
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		if from, err = gzip.NewReader(raw); err != nil {
			return nil, closing, fmt.Errorf("the gzip in it is damaged: %w", err)
		}
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		d, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return nil, closing, fmt.Errorf("the zstd in it is damaged: %w", err)
		}
		from, closing = d, d.Close
	}
	text := raw
	if from != io.Reader(raw) {
		text = bufio.NewReaderSize(from, look)
	}
	mark, _ := text.Peek(3)
	switch {
	case bytes.HasPrefix(mark, []byte("\xff\xfe")), bytes.HasPrefix(mark, []byte("\xfe\xff")):
		return nil, closing, errors.New("it is UTF-16; convert it, for example with iconv -f UTF-16 -t UTF-8")
	case bytes.Equal(mark, []byte("\xef\xbb\xbf")):
		_, err = text.Discard(len(mark))
	}
	return text, closing, err
}

// formatOf returns the format of a file by its name or, if that does not tell,
// by how it begins.
func formatOf(name string, in *bufio.Reader) string {
	base := strings.ToLower(filepath.Base(name))
	for _, packed := range []string{".gz", ".zst", ".gzip", ".zstd"} {
		base = strings.TrimSuffix(base, packed)
	}
	switch filepath.Ext(base) {
	case ".csv", ".tsv", ".tab":
		return formatCSV
	case ".jsonl", ".ndjson":
		return formatJSONL
	case ".parquet":
		return formatParquet
	}
	head, _ := in.Peek(look)
	switch head = bytes.TrimSpace(head); {
	case bytes.HasPrefix(head, []byte("PAR1")):
		return formatParquet
	case bytes.HasPrefix(head, []byte("{")):
		return formatJSONL
	}
	return formatCSV
}

// streamName is what the rows of a file, or of those of a pattern, are called:
// its name without endings and what stands for others.
func streamName(path string) string {
	base := filepath.Base(path)
	for range 3 { // people.2024.csv.gz
		base = strings.TrimSuffix(base, filepath.Ext(base))
	}
	base, _, _ = strings.Cut(base, "*")
	base, _, _ = strings.Cut(base, "?")
	base, _, _ = strings.Cut(base, "[")
	return strings.Trim(base, "-_. ")
}
