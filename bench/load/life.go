package main

import (
	"context"
	"fmt"
	"time"
)

// settle is how long a program is left alone before its memory is read.
const settle = time.Second

// lives starts and stops both programs by turns and prints how long that takes, and
// what they take up while nobody asks.
func lives(ctx context.Context, o options) error {
	if o.starts == 0 {
		return nil
	}
	subjects := []struct{ name, binary, ready string }{
		{"mockdocspace", o.portal, portalReady}, {"bare fosite", o.bare, bareReady},
	}
	taken := make([]struct{ start, stop, used []time.Duration }, len(subjects))
	for range o.starts {
		for i, s := range subjects {
			p, err := startProcess(ctx, s.binary, s.ready, "--listen", "127.0.0.1:0")
			if err != nil {
				return err
			}
			used := processorTime(p.id())
			stop, err := p.stop()
			if err != nil {
				return fmt.Errorf("stop %s: %w", s.name, err)
			}
			taken[i].start = append(taken[i].start, p.started)
			taken[i].stop = append(taken[i].stop, stop)
			taken[i].used = append(taken[i].used, used)
		}
	}
	for i, s := range subjects {
		p, err := startProcess(ctx, s.binary, s.ready, "--listen", "127.0.0.1:0")
		if err != nil {
			return err
		}
		time.Sleep(settle)
		idle := p.memory()
		if _, err := p.stop(); err != nil {
			return fmt.Errorf("stop %s: %w", s.name, err)
		}
		fmt.Printf("%-13s first answer after %4.1f ms (%4.1f ms of processor), SIGTERM to exit %4.1f ms, idle %4.1f MB\n",
			s.name, milliseconds(median(taken[i].start)), milliseconds(median(taken[i].used)), milliseconds(median(taken[i].stop)), idle)
	}
	fmt.Println()
	return nil
}
