package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"docspace-oauth/flows"
)

const (
	// killCount names the variable that says how often the server is killed; 200 in the long form.
	killCount = "KILL_TEST_KILLS"
	// killSeed names the variable that repeats the moments and choices of a run.
	killSeed    = "KILL_TEST_SEED"
	killWriters = 6
	// killSample is how many customers of earlier rounds are looked at in each round.
	killSample = 10
	// killBase is how clients name the server, whatever port it has got: tokens name
	// the portal's address, so that must outlive the process.
	killBase = "http://127.0.0.1:8092"
)

// Killed at any moment under load, the server opens its file again and has lost
// nothing that it answered.
func TestKill(t *testing.T) {
	kills := int(number(t, killCount, 10))
	if testing.Short() {
		kills = 3
	}
	k := newKills(t)
	for k.kills < kills {
		if err := k.round(t); err != nil {
			t.Fatalf("kill %d: %v", k.kills, err)
		}
	}
	t.Logf("%d kills under load and %d while starting, %d answered changes by %d customers, %d checks of a customer",
		k.kills, k.whileStarting, k.answered, len(k.earlier), k.checked)
}

// The test notices a file from which the newest transactions are gone.
func TestKill_noticesALostLog(t *testing.T) {
	k := newKills(t)
	k.afterKill = func() error { return os.Remove(k.file + "-wal") }
	for range 10 {
		if err := k.round(t); err != nil {
			t.Logf("kill %d: %.300s", k.kills, err.Error())
			return
		}
	}
	t.Error("10 kills that lose the log show nothing wrong")
}

func number(t *testing.T, variable string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

// kills is a file and what the servers on it have answered.
type kills struct {
	file      string
	random    *rand.Rand
	afterKill func() error
	earlier   []*customer

	kills, whileStarting int // those after the checks, at rest, are not counted
	answered, checked    int
}

func newKills(t *testing.T) *kills {
	t.Helper()
	seed := number(t, killSeed, rand.Uint64())
	t.Logf("%s=%d", killSeed, seed)
	return &kills{
		file: filepath.Join(t.TempDir(), "portal.db"), random: rand.New(rand.NewPCG(seed, 0)),
		afterKill: func() error { return nil },
	}
}

func (k *kills) moment(below time.Duration) time.Duration {
	return time.Duration(k.random.Int64N(int64(below)))
}

// round kills a server under load, in some rounds another one while it starts, and
// looks at what a last one has.
func (k *kills) round(t *testing.T) error {
	s, err := startServer(k.file)
	if err != nil {
		return err
	}
	come, err := k.load(s)
	if err := errors.Join(err, k.afterKill()); err != nil {
		return err
	}
	if k.random.IntN(4) == 0 {
		if err := k.killWhileStarting(); err != nil {
			return err
		}
	}
	if s, err = startServer(k.file); err != nil {
		return fmt.Errorf("start after the kill: %w", err)
	}
	customers := slices.Clone(come)
	sample := k.random.Perm(len(k.earlier))
	for _, i := range sample[:min(killSample, len(sample))] {
		customers = append(customers, k.earlier[i])
	}
	k.earlier = append(k.earlier, come...)
	k.checked += len(customers)
	err = s.checkAll(t.Context(), customers)
	// What the checks changed was answered as well: this end is no kinder.
	return errors.Join(err, s.kill(), k.afterKill())
}

// load lets customers come until the server is killed, and returns all of them.
func (k *kills) load(s *server) ([]*customer, error) {
	var writers sync.WaitGroup
	come, failed := make([][]*customer, killWriters), make([]error, killWriters)
	for i := range killWriters {
		random := rand.New(rand.NewPCG(k.random.Uint64(), 0))
		writers.Go(func() { come[i], failed[i] = s.serveCustomers(random) })
	}
	time.Sleep(k.moment(500 * time.Millisecond))
	k.kills++
	err := s.kill()
	writers.Wait()
	var all []*customer
	for _, list := range come {
		for _, c := range list {
			k.answered += c.answered
		}
		all = append(all, list...)
	}
	return all, errors.Join(append(failed, err)...)
}

func (k *kills) killWhileStarting() error {
	k.whileStarting++
	command := exec.Command("mockserver", "--listen", "127.0.0.1:0", "--data", k.file)
	if err := command.Start(); err != nil {
		return err
	}
	time.Sleep(k.moment(100 * time.Millisecond))
	err := command.Process.Kill()
	var killed *exec.ExitError
	if waited := command.Wait(); !errors.As(waited, &killed) || killed.Exited() {
		return fmt.Errorf("the server ended by itself while it started: %v", waited)
	}
	return err
}

// server is the command, as a process.
type server struct {
	command *exec.Cmd
	log     bytes.Buffer
	portal  *flows.Portal
	client  *http.Client
	killed  atomic.Bool
}

// startServer waits until the process says that it serves.
func startServer(file string) (*server, error) {
	s := &server{command: exec.Command("mockserver", "--listen", "127.0.0.1:0", "--data", file)}
	s.command.Stderr = &s.log
	out, err := s.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.command.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(out)
	line, err := lines.ReadString('\n')
	address, ready := strings.CutPrefix(strings.TrimSpace(line), "ready http://")
	if err != nil || !ready {
		_ = s.command.Process.Kill()
		waited := s.command.Wait()
		return nil, fmt.Errorf("the server says %q (%v, %v): %s", line, err, waited, s.log.String())
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }() // ends with the process
	transport := flows.Transport()
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	s.client = flows.NewHTTPClient(transport)
	s.portal, err = flows.NewPortal(killBase, s.client)
	return s, err
}

// kill ends the process without a word, and says what it had complained about.
func (s *server) kill() error {
	s.killed.Store(true)
	if err := s.command.Process.Kill(); err != nil {
		return err
	}
	_ = s.command.Wait() // says that it was killed
	s.client.CloseIdleConnections()
	if strings.Contains(s.log.String(), "level=ERROR") {
		return fmt.Errorf("the server logged %s", s.log.String())
	}
	return nil
}

// checkAll compares what the server knows with what it has answered.
func (s *server) checkAll(ctx context.Context, customers []*customer) error {
	queue := make(chan *customer, len(customers))
	for _, c := range customers {
		queue <- c
	}
	close(queue)
	var checkers sync.WaitGroup
	found := make([]error, killWriters)
	for i := range killWriters {
		checkers.Go(func() {
			for c := range queue {
				if err := c.check(ctx, s); err != nil {
					found[i] = errors.Join(found[i], fmt.Errorf("customer %s, killed at %q: %w", c.user.Email, c.underWay, err))
				}
				c.underWay = ""
			}
		})
	}
	checkers.Wait()
	return errors.Join(found...)
}
