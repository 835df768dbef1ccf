//go:build !unix

package suites

import "os/exec"

// ownGroup has no counterpart here: a worker ends when its input does.
func ownGroup(*exec.Cmd) {}
