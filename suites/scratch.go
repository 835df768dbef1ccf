package suites

import (
	"fmt"
	"os"
	"os/exec"
	"time"
)

// scratchVariable names a worker's directory for temporary files, profiles of browsers
// above all. It is removed when the worker has ended, however it ended: one that is
// stopped has no time to do so itself.
const scratchVariable = "DOCSPACE_OAUTH_SCRATCH"

// scratch gives a worker that is not started yet its directory.
func scratch(cmd *exec.Cmd) (remove func(), err error) {
	dir, err := os.MkdirTemp("", "docspace-oauth-worker-")
	if err != nil {
		return nil, fmt.Errorf("a worker's temporary files: %w", err)
	}
	cmd.Env = append(cmd.Environ(), "TMPDIR="+dir, "TMP="+dir, "TEMP="+dir, scratchVariable+"="+dir)
	return func() { _ = os.RemoveAll(dir) }, nil
}

// closingTime is what a worker without a parent gives its browser to end. Nobody waits
// for it, and a browser that is still alive writes its profile anew.
const closingTime = 20 * time.Second

// abandoned ends a worker whose parent is gone, and so does not clear up after it.
func abandoned(b *browsers, code int) {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_ = b.close()
	}()
	select {
	case <-closed:
	case <-time.After(closingTime):
	}
	if dir := os.Getenv(scratchVariable); dir != "" {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}
