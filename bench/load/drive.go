package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// connections is how many clients act at once, each on a connection of its own.
const connections = 16

// figure is what a load measured.
type figure struct {
	PerSecond float64
	P50, P99  time.Duration
	Errors    int
	Count     int
	Server    time.Duration // processor time of the server under load
	Client    time.Duration // and of this program
	problem   error         // the last error, for the message
}

// newClient is one connection to each server. net/http's own client takes as much of the
// processor as the server does, and would be measured as the server's slowness.
func newClient() *fasthttp.Client {
	return &fasthttp.Client{
		Name: "bench", MaxConnsPerHost: 1, MaxIdemponentCallAttempts: 1, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
	}
}

func newClients() []*fasthttp.Client {
	clients := make([]*fasthttp.Client, connections)
	for i := range clients {
		clients[i] = newClient()
	}
	return clients
}

// load is what every connection repeats until the time is over or count is
// reached (0: no bound).
type load struct {
	clients  []*fasthttp.Client
	duration time.Duration
	count    int64
	server   int                                                 // process id whose processor time counts; 0: none
	act      func(client *fasthttp.Client, connection int) error // once
}

// drive runs a load. Errors are counted; it fails when nothing succeeds at all.
func drive(ctx context.Context, l load) (figure, error) {
	ctx, cancel := context.WithTimeout(ctx, l.duration)
	defer cancel()
	var (
		all    sync.WaitGroup
		taken  atomic.Int64
		mu     sync.Mutex
		spent  []time.Duration
		result figure
	)
	server, client := serverTime(l.server), processorTime(os.Getpid())
	begin := time.Now()
	for i, httpClient := range l.clients {
		all.Go(func() {
			own := make([]time.Duration, 0, 1024)
			var errs int
			var last error
			for ctx.Err() == nil && (l.count == 0 || taken.Add(1) <= l.count) {
				at := time.Now()
				if err := l.act(httpClient, i); err != nil {
					errs++
					last = err
					continue
				}
				own = append(own, time.Since(at))
			}
			mu.Lock()
			defer mu.Unlock()
			spent = append(spent, own...)
			result.Errors += errs
			if last != nil {
				result.problem = last
			}
		})
	}
	all.Wait()
	elapsed := time.Since(begin)
	result.Server, result.Client = serverTime(l.server)-server, processorTime(os.Getpid())-client
	if len(spent) == 0 {
		return figure{}, fmt.Errorf("nothing succeeded: %w", result.problem)
	}
	slices.Sort(spent)
	result.Count, result.PerSecond = len(spent), float64(len(spent))/elapsed.Seconds()
	result.P50, result.P99 = spent[len(spent)/2], spent[len(spent)*99/100]
	return result, nil
}

func serverTime(pid int) time.Duration {
	if pid == 0 {
		return 0
	}
	return processorTime(pid)
}

// summary is the middle of several rounds: the median of rates and percentiles, the
// sum of everything that is counted.
func summary(rounds []figure) figure {
	middle := func(value func(figure) float64) float64 {
		values := make([]float64, len(rounds))
		for i := range rounds {
			values[i] = value(rounds[i])
		}
		return median(values)
	}
	s := figure{
		PerSecond: middle(func(f figure) float64 { return f.PerSecond }),
		P50:       time.Duration(middle(func(f figure) float64 { return float64(f.P50) })),
		P99:       time.Duration(middle(func(f figure) float64 { return float64(f.P99) })),
	}
	for _, f := range rounds {
		s.Errors += f.Errors
		s.Count += f.Count
		s.Server += f.Server
		s.Client += f.Client
		if f.problem != nil {
			s.problem = f.problem
		}
	}
	return s
}

// median is the middle one of the sorted values.
func median[T cmp.Ordered](values []T) T {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// perOperation is processor time in microseconds.
func perOperation(spent time.Duration, count int) float64 {
	return float64(spent.Microseconds()) / float64(max(count, 1))
}
