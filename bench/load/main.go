// Command load measures the mock portal over loopback from 16 connections, beside
// a bare fosite program and the machine's own limits, so that each figure is a ratio
// of one run:
//
//	make bench
//
// It ends by itself after about two minutes.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"docspace-oauth/mockdocspace/control"
)

func main() {
	portal := flag.String("portal", "bin/mockserver", "the mock's binary")
	bare := flag.String("bare", "bin/barefosite", "the bare fosite program's binary")
	rounds := flag.Int("rounds", 10, "rounds of each measurement; the median counts")
	slice := flag.Duration("slice", 300*time.Millisecond, "time of one measurement in a round")
	many := flag.Int64("tokens", 100_000, "tokens to issue while memory is watched")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if err := run(ctx, *portal, *bare, *rounds, *slice, *many); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, portalBinary, bareBinary string, rounds int, slice time.Duration, many int64) error {
	fmt.Printf("%s/%s, %d cores, %d connections, ES256\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), connections)
	one, all := signatures(slice, 1), signatures(slice, runtime.NumCPU())
	empty, err := emptyRequests(ctx, slice)
	if err != nil {
		return err
	}
	fmt.Printf("machine: %.0f ES256 signatures/s on one core, %.0f on all, %.0f empty HTTP requests/s\n\n", one, all, empty)

	portal, err := newPortal(ctx, portalBinary)
	if err != nil {
		return err
	}
	bare, err := newBare(ctx, bareBinary)
	if err != nil {
		return err
	}
	idle := portal.process.memory()
	if err := compare(ctx, portal, bare, rounds, slice); err != nil {
		return err
	}
	if err := journalCost(ctx, portal, rounds, slice); err != nil {
		return err
	}
	if err := memoryOver(ctx, portal, many, idle); err != nil {
		return err
	}
	for _, s := range []*subject{portal, bare} {
		took, err := s.process.stop()
		if err != nil {
			return fmt.Errorf("stop %s: %w", s.name, err)
		}
		fmt.Printf("%-14s first answer after %5.1f ms, SIGTERM to exit %5.1f ms\n", s.name, milliseconds(s.process.started), milliseconds(took))
	}
	return nil
}

// action is one kind of load.
type action struct {
	name string
	act  func(s *subject, refreshing []string, client *http.Client, connection int) error
}

func actions() []action {
	return []action{
		{"code flow with PKCE", func(s *subject, _ []string, client *http.Client, connection int) error {
			_, err := s.flow(client, connection)
			return err
		}},
		{"refresh", func(s *subject, refreshing []string, client *http.Client, connection int) error {
			t, err := s.refresh(client, refreshing[connection], connection)
			refreshing[connection] = t.Refresh
			return err
		}},
		{"direct token", func(s *subject, _ []string, client *http.Client, connection int) error {
			_, err := s.directToken(client, connection)
			return err
		}},
	}
}

// compare measures both servers by turns and prints medians and ratios.
func compare(ctx context.Context, portal, bare *subject, rounds int, slice time.Duration) error {
	fmt.Printf("%-22s %12s %12s %8s %9s %9s %7s\n", "per second (median)", portal.name, bare.name, "ratio", "p50", "p99", "errors")
	clients := newClients()
	for _, a := range actions() {
		medians := map[*subject][]figure{}
		for range rounds {
			for _, s := range []*subject{portal, bare} {
				f, err := measure(ctx, s, a, clients, slice)
				if err != nil {
					return fmt.Errorf("%s at %s: %w", a.name, s.name, err)
				}
				medians[s] = append(medians[s], f)
			}
		}
		print(a.name, median(medians[portal]), median(medians[bare]))
	}
	return introspections(ctx, portal, bare, clients, rounds, slice)
}

// measure runs one action for a slice of time; refreshes begin with a flow each.
func measure(ctx context.Context, s *subject, a action, clients []*http.Client, slice time.Duration) (figure, error) {
	refreshing := make([]string, connections)
	if a.name == "refresh" {
		for i := range refreshing {
			t, err := s.flow(clients[i], i)
			if err != nil {
				return figure{}, err
			}
			refreshing[i] = t.Refresh
		}
	}
	return drive(ctx, slice, 0, clients, func(client *http.Client, connection int) error {
		return a.act(s, refreshing, client, connection)
	})
}

func introspections(ctx context.Context, portal, bare *subject, clients []*http.Client, rounds int, slice time.Duration) error {
	medians := map[*subject][]figure{}
	for range rounds {
		for _, s := range []*subject{portal, bare} {
			held := make([]string, connections)
			for i := range held {
				t, err := s.flow(clients[i], i)
				if err != nil {
					return err
				}
				held[i] = t.Access
			}
			f, err := drive(ctx, slice, 0, clients, func(client *http.Client, connection int) error {
				return s.active(client, held[connection], connection)
			})
			if err != nil {
				return fmt.Errorf("introspection at %s: %w", s.name, err)
			}
			medians[s] = append(medians[s], f)
		}
	}
	print("introspection", median(medians[portal]), median(medians[bare]))
	return nil
}

func print(name string, portal, bare figure) {
	fmt.Printf("%-22s %12.0f %12.0f %7.2fx %6.1f ms %6.1f ms %7d\n",
		name, portal.PerSecond, bare.PerSecond, portal.PerSecond/bare.PerSecond, milliseconds(portal.P50), milliseconds(portal.P99), portal.Errors)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// median is the figure of the middle round; errors are summed up.
func median(figures []figure) figure {
	sorted := slices.Clone(figures)
	slices.SortFunc(sorted, func(a, b figure) int {
		switch {
		case a.PerSecond < b.PerSecond:
			return -1
		case a.PerSecond > b.PerSecond:
			return 1
		}
		return 0
	})
	middle := sorted[len(sorted)/2]
	middle.Errors = 0
	for _, f := range figures {
		middle.Errors += f.Errors
	}
	return middle
}

// journalCost measures flows with the journal on and off by turns.
func journalCost(ctx context.Context, portal *subject, rounds int, slice time.Duration) error {
	api := control.New(portal.process.url)
	clients := newClients()
	var on, off []figure
	for range rounds {
		for _, recording := range []bool{true, false} {
			if err := api.SetRecording(ctx, recording); err != nil {
				return err
			}
			f, err := measure(ctx, portal, actions()[0], clients, slice)
			if err != nil {
				return err
			}
			if recording {
				on = append(on, f)
			} else {
				off = append(off, f)
			}
		}
	}
	cost := 1 - median(on).PerSecond/median(off).PerSecond
	fmt.Printf("\njournal on %.0f flows/s, off %.0f: it costs %.1f %%\n", median(on).PerSecond, median(off).PerSecond, 100*cost)
	return api.SetRecording(ctx, true)
}

// memoryOver issues many tokens and watches the resident set.
func memoryOver(ctx context.Context, portal *subject, many int64, idle float64) error {
	var during float64
	half := make([]float64, 0, 2)
	clients := newClients()
	for range 2 {
		f, err := drive(ctx, 5*time.Minute, many/2, clients, func(client *http.Client, connection int) error {
			_, err := portal.directToken(client, connection)
			return err
		})
		if err != nil {
			return err
		}
		if f.Errors > 0 {
			return fmt.Errorf("%d errors while issuing %d tokens", f.Errors, many)
		}
		half = append(half, portal.process.memory())
		during = max(during, portal.process.memory())
	}
	time.Sleep(time.Second)
	fmt.Printf("memory: idle %.0f MB, after %d tokens %.0f MB, after %d %.0f MB, a second later %.0f MB\n\n",
		idle, many/2, half[0], many, half[1], portal.process.memory())
	return nil
}

// signatures is the machine's limit: ES256 signatures per second.
func signatures(duration time.Duration, cores int) float64 {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return 0
	}
	digest := sha256.Sum256([]byte("benchmark"))
	var count atomic.Int64
	var all sync.WaitGroup
	begin := time.Now()
	for range cores {
		all.Go(func() {
			for time.Since(begin) < duration {
				if _, err := ecdsa.SignASN1(rand.Reader, key, digest[:]); err == nil {
					count.Add(1)
				}
			}
		})
	}
	all.Wait()
	return float64(count.Load()) / time.Since(begin).Seconds()
}

// emptyRequests is the machine's limit: HTTP requests to a server that does nothing.
func emptyRequests(ctx context.Context, duration time.Duration) (float64, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	server := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	defer func() { _ = server.Close() }()
	f, err := drive(ctx, duration, 0, newClients(), func(client *http.Client, _ int) error {
		response, err := client.Get("http://" + listener.Addr().String())
		if err != nil {
			return err
		}
		return response.Body.Close()
	})
	return f.PerSecond, err
}
