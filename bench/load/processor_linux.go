package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// processorTime is what all threads of a process have used so far, ended ones
// included, by the process's own clock (clock_getcpuclockid(3)): in nanoseconds,
// where /proc counts hundredths of a second.
func processorTime(pid int) time.Duration {
	const scheduled = 2 // CPUCLOCK_SCHED
	var spent unix.Timespec
	if err := unix.ClockGettime(int32(^pid)<<3|scheduled, &spent); err != nil {
		return 0
	}
	return time.Duration(spent.Nano())
}
