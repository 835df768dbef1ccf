//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// largestMemory is the largest resident set of an ended process and of the children
// it waited for, in bytes.
func largestMemory(s *os.ProcessState) int64 {
	usage, ok := s.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" { // where it is counted in bytes
		return int64(usage.Maxrss)
	}
	return int64(usage.Maxrss) << 10
}
