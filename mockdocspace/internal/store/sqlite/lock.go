package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

var errTaken = errors.New("taken by another process")

// acquire takes FILE.lock, which holds the number of the process that has it.
func acquire(path string) (*os.File, error) {
	name := path + ".lock"
	for range 10 {
		file, err := exclusive(name)
		if errors.Is(err, errTaken) {
			return nil, &Error{File: path, Problem: "already open in another process" + holder(name), WayOut: "stop that one, or name another file"}
		}
		if err != nil {
			return nil, notWritable(path, err)
		}
		// Whoever had it may have removed it between our opening and locking it.
		ours, err := file.Stat()
		theirs, statErr := os.Stat(name)
		if err == nil && statErr == nil && os.SameFile(ours, theirs) {
			_ = file.Truncate(0)
			_, _ = file.WriteString(strconv.Itoa(os.Getpid()) + "\n") // for people; the lock is what counts
			return file, nil
		}
		_ = file.Close()
	}
	return nil, &Error{File: path, Problem: "other processes open and close it all the time", WayOut: "name another file"}
}

// holder names the process that the lock file names.
func holder(name string) string {
	file, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer func() { _ = file.Close() }()
	text, err := io.ReadAll(io.LimitReader(file, 20))
	process, convErr := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || convErr != nil {
		return ""
	}
	return fmt.Sprintf(" (%d)", process)
}

// release removes the lock file while it is still held. One that cannot be
// removed is nobody's, and in nobody's way.
func release(file *os.File) error {
	_ = os.Remove(file.Name())
	return file.Close()
}
