package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// connections is how many clients act at once, each on a connection of its own.
const connections = 16

// figure is what a load measured.
type figure struct {
	PerSecond float64
	P50, P99  time.Duration
	Errors    int
	Count     int
}

// client is an HTTP client with one connection.
func newClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			MaxIdleConnsPerHost: 1, MaxConnsPerHost: 1, DisableCompression: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       10 * time.Second,
	}
}

// drive lets every connection repeat act until the time is over or count is reached
// (0: no bound). act gets its connection's number.
func drive(ctx context.Context, duration time.Duration, count int64, clients []*http.Client, act func(client *http.Client, connection int) error) (figure, error) {
	ctx, cancel := context.WithTimeout(ctx, duration)
	defer cancel()
	var (
		all     sync.WaitGroup
		taken   atomic.Int64
		mu      sync.Mutex
		spent   []time.Duration
		failed  int
		problem error
	)
	begin := time.Now()
	for i, client := range clients {
		all.Go(func() {
			var own []time.Duration
			var errs int
			var last error
			for ctx.Err() == nil && (count == 0 || taken.Add(1) <= count) {
				at := time.Now()
				if err := act(client, i); err != nil {
					errs++
					last = err
					continue
				}
				own = append(own, time.Since(at))
			}
			mu.Lock()
			defer mu.Unlock()
			spent = append(spent, own...)
			failed += errs
			if last != nil {
				problem = last
			}
		})
	}
	all.Wait()
	elapsed := time.Since(begin)
	if len(spent) == 0 {
		return figure{}, fmt.Errorf("nothing succeeded: %w", problem)
	}
	slices.Sort(spent)
	return figure{
		PerSecond: float64(len(spent)) / elapsed.Seconds(), Count: len(spent), Errors: failed,
		P50: spent[len(spent)/2], P99: spent[len(spent)*99/100],
	}, problem
}

func newClients() []*http.Client {
	clients := make([]*http.Client, connections)
	for i := range clients {
		clients[i] = newClient()
	}
	return clients
}
