//go:build unix

package suites

import (
	"os/exec"
	"syscall"
)

// ownGroup puts a worker into a process group of its own, so that Ctrl-C reaches
// the parent alone, and ends the whole group (a browser too) when it is stopped.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
