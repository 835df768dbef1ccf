package store

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// Blob is content that can be read as often as one likes, by several at once.
type Blob interface {
	Open() (io.ReadSeekCloser, error)
}

// Bytes is content in memory, which must not be changed.
type Bytes []byte

// Open implements Blob.
func (b Bytes) Open() (io.ReadSeekCloser, error) { return unclosed{bytes.NewReader(b)}, nil }

// FileBlob is content in a file that is open for reading. The file may have been
// removed since; where it has no owner, the runtime closes it once it is out of reach.
type FileBlob struct{ File *os.File }

// Open implements Blob.
func (b FileBlob) Open() (io.ReadSeekCloser, error) {
	info, err := b.File.Stat()
	if err != nil {
		return nil, fmt.Errorf("open content: %w", err)
	}
	return unclosed{io.NewSectionReader(b.File, 0, info.Size())}, nil
}

// unclosed leaves what it reads from open.
type unclosed struct{ io.ReadSeeker }

func (unclosed) Close() error { return nil }
