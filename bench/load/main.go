// Command load measures the mock portal over loopback from 16 connections, beside
// a bare fosite program and the machine's own limits, so that each figure is a ratio
// of one run:
//
//	make bench
//
// It ends by itself after about two minutes, with code 1 when an answer was wrong.
// docs/performance.md says how to read what it prints.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/valyala/fasthttp"

	"docspace-oauth/mockdocspace/control"
)

func main() {
	var o options
	flag.StringVar(&o.portal, "portal", "bin/mockserver", "the mock's binary")
	flag.StringVar(&o.bare, "bare", "bin/barefosite", "the bare fosite program's binary")
	flag.IntVar(&o.rounds, "rounds", 10, "rounds of each measurement; the median counts")
	flag.DurationVar(&o.slice, "slice", 300*time.Millisecond, "time of one measurement in a round")
	flag.IntVar(&o.starts, "starts", 20, "starts of each program; the median counts; 0: none")
	flag.Int64Var(&o.tokens, "tokens", 100_000, "tokens to issue while memory is watched; 0: none")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

type options struct {
	portal, bare string
	rounds       int
	starts       int
	slice        time.Duration
	tokens       int64
}

func run(ctx context.Context, o options) error {
	fmt.Printf("%s/%s, %d cores, %d connections, ES256\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), connections)
	one, all := signatures(o.slice, 1), signatures(o.slice, runtime.NumCPU())
	empty, err := emptyRequests(ctx, o.slice)
	if err != nil {
		return err
	}
	fmt.Printf("machine: %.0f ES256 signatures/s on one core, %.0f on all, %.0f empty HTTP requests/s\n\n", one, all, empty)
	if err := lives(ctx, o); err != nil {
		return err
	}

	portal, err := newPortal(ctx, o.portal)
	if err != nil {
		return err
	}
	defer portal.process.kill()
	bare, err := newBare(ctx, o.bare)
	if err != nil {
		return err
	}
	defer bare.process.kill()
	if err := compare(ctx, portal, bare, o); err != nil {
		return err
	}
	if err := journalCost(ctx, portal, o); err != nil {
		return err
	}
	return memoryOver(ctx, portal, o.tokens)
}

// action is one kind of load. held is what each connection works with: a refresh or
// an access token of its own.
type action struct {
	name  string
	begin func(t tokens) string // takes held out of a flow; nil: nothing is held
	act   func(s *subject, held []string, client *fasthttp.Client, connection int) error
}

func actions() []action {
	return []action{
		{"code flow with PKCE", nil, func(s *subject, _ []string, client *fasthttp.Client, connection int) error {
			_, err := s.flow(client, connection)
			return err
		}},
		{"refresh", func(t tokens) string { return t.Refresh }, func(s *subject, held []string, client *fasthttp.Client, connection int) error {
			t, err := s.refresh(client, held[connection], connection)
			held[connection] = t.Refresh
			return err
		}},
		{"direct token", nil, func(s *subject, _ []string, client *fasthttp.Client, connection int) error {
			_, err := s.directToken(client, connection)
			return err
		}},
		{"introspection", func(t tokens) string { return t.Access }, func(s *subject, held []string, client *fasthttp.Client, connection int) error {
			return s.active(client, held[connection], connection)
		}},
	}
}

// compare measures both servers by turns and prints medians and ratios. Who goes
// first changes from round to round.
func compare(ctx context.Context, portal, bare *subject, o options) error {
	fmt.Printf("%-20s | %-36s | %-28s | %-18s |\n", "", "per second, median", "processor µs per operation", "mockdocspace")
	fmt.Printf("%-20s | %12s %12s %10s | %12s %6s %8s | %8s %9s | %s\n", "",
		portal.name, bare.name, "ratio", portal.name, "bare", "ratio", "p50", "p99", "errors")
	clients := newClients()
	failed := 0
	for _, a := range actions() {
		if err := portal.renew(ctx); err != nil {
			return err
		}
		figures := map[*subject][]figure{}
		for round := range o.rounds {
			turns := []*subject{portal, bare}
			if round%2 == 1 {
				turns = []*subject{bare, portal}
			}
			for _, s := range turns {
				f, err := measure(ctx, s, a, clients, o.slice)
				if err != nil {
					return fmt.Errorf("%s at %s: %w", a.name, s.name, err)
				}
				figures[s] = append(figures[s], f)
			}
		}
		p, b := summary(figures[portal]), summary(figures[bare])
		ours, theirs := perOperation(p.Server, p.Count), perOperation(b.Server, b.Count)
		fmt.Printf("%-20s | %12.0f %12.0f %9.2fx | %12.0f %6.0f %7.2fx | %5.1f ms %6.1f ms | %6d\n",
			a.name, p.PerSecond, b.PerSecond, rateRatio(figures[portal], figures[bare]), ours, theirs, theirs/ours,
			milliseconds(p.P50), milliseconds(p.P99), p.Errors+b.Errors)
		for _, f := range []figure{p, b} {
			if f.Errors > 0 {
				failed += f.Errors
				fmt.Fprintln(os.Stderr, "load:", a.name+":", f.problem)
			}
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d wrong answers", failed)
	}
	return nil
}

// measure runs one action for a slice of time, after a flow for each connection
// that needs something to begin with.
func measure(ctx context.Context, s *subject, a action, clients []*fasthttp.Client, slice time.Duration) (figure, error) {
	held := make([]string, connections)
	for i := range held {
		t, err := s.flow(clients[i], i) // also opens the connection
		if err != nil {
			return figure{}, err
		}
		if a.begin != nil {
			held[i] = a.begin(t)
		}
	}
	return drive(ctx, load{clients: clients, duration: slice, server: s.process.id(), act: func(client *fasthttp.Client, connection int) error {
		return a.act(s, held, client, connection)
	}})
}

// rateRatio is the median of the rounds' own ratios: a machine that gets slower or
// faster meanwhile does so for both servers of a round.
func rateRatio(ours, theirs []figure) float64 {
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i].PerSecond / theirs[i].PerSecond
	}
	return median(ratios)
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// journalCost measures flows with the journal on and off by turns.
func journalCost(ctx context.Context, portal *subject, o options) error {
	if err := portal.renew(ctx); err != nil {
		return err
	}
	api := control.New(portal.process.url)
	clients := newClients()
	figures := map[bool][]figure{}
	for round := range 2 * o.rounds {
		recording := round%4 == 0 || round%4 == 3 // on, off, off, on
		if err := api.SetRecording(ctx, recording); err != nil {
			return err
		}
		f, err := measure(ctx, portal, actions()[0], clients, o.slice)
		if err != nil {
			return err
		}
		figures[recording] = append(figures[recording], f)
	}
	on, off := summary(figures[true]), summary(figures[false])
	cpuOn, cpuOff := perOperation(on.Server, on.Count), perOperation(off.Server, off.Count)
	fmt.Printf("\njournal: on %.0f flows/s and %.0f µs each, off %.0f and %.0f: it costs %.1f %% of the rate, %.1f µs\n",
		on.PerSecond, cpuOn, off.PerSecond, cpuOff, 100*(1-on.PerSecond/off.PerSecond), cpuOn-cpuOff)
	return api.SetRecording(ctx, true)
}

// memoryOver issues many tokens and watches the resident set.
func memoryOver(ctx context.Context, portal *subject, many int64) error {
	if many == 0 {
		return nil
	}
	if err := portal.renew(ctx); err != nil {
		return err
	}
	half := make([]float64, 0, 2)
	clients := newClients()
	before := portal.process.memory()
	for range 2 {
		f, err := drive(ctx, load{clients: clients, duration: 5 * time.Minute, count: many / 2, act: func(client *fasthttp.Client, connection int) error {
			_, err := portal.directToken(client, connection)
			return err
		}})
		if err != nil {
			return err
		}
		if f.Errors > 0 {
			return fmt.Errorf("%d errors while issuing %d tokens: %w", f.Errors, many, f.problem)
		}
		half = append(half, portal.process.memory())
	}
	time.Sleep(settle)
	fmt.Printf("memory under load: %.1f MB, after %d tokens more %.1f MB, after %d %.1f MB, a second later %.1f MB\n",
		before, many/2, half[0], many, half[1], portal.process.memory())
	return nil
}
