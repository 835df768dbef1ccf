// Package bulk serves tests of content that is too large to be held in memory.
package bulk

import (
	"runtime"
	"sync"
)

// Zeros is an endless content.
type Zeros struct{}

// Read implements io.Reader; it never ends and never fails.
func (Zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// HeapGrowth is by how many bytes the heap in use grew, at most, while run ran.
func HeapGrowth(run func()) int64 {
	live := func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapInuse)
	}
	runtime.GC()
	before, peak := live(), int64(0)
	var watcher sync.WaitGroup
	done := make(chan struct{})
	watcher.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				peak = max(peak, live())
				runtime.Gosched()
			}
		}
	})
	run()
	close(done)
	watcher.Wait()
	return peak - before
}
