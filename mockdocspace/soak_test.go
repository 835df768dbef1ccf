package mockdocspace_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

const (
	// soakFor names the variable that says how long each soak takes, as 30m.
	soakFor     = "SOAK_TEST_FOR"
	shortSoak   = 8 * time.Second
	soakWorkers = 8
	// fewestRounds are done however long they take: fewer say nothing about memory.
	fewestRounds = 6
	// Memory at the end may be above that at the beginning by a part, and by what is
	// remembered up to a fixed number: rate buckets, signatures, fates of codes.
	flatWithin = 1.3
	remembered = 6 << 20
)

// A portal under mixed load for a long time, with faults for some and then for all,
// with resets and with years that pass: nobody without a fault gets an error,
// memory stays flat, and nothing goes on after its end.
func TestSoak(t *testing.T) {
	for _, store := range []string{"memory", "SQLite"} {
		t.Run(store, func(t *testing.T) {
			began := goleak.IgnoreCurrent()
			o := mockdocspace.Options{}
			if store == "SQLite" {
				o.DataFile = filepath.Join(t.TempDir(), "portal.db")
			}
			s := newSoak(t, o)
			s.run(soakTime(t))
			s.flat()
			if err := s.portal.Close(); err != nil {
				t.Error(err)
			}
			s.transport.CloseIdleConnections()
			goleak.VerifyNone(t, began)
		})
	}
}

func soakTime(t *testing.T) time.Duration {
	text := os.Getenv(soakFor)
	if text == "" {
		return shortSoak
	}
	limit, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return limit
}

// soak is the load on one portal.
type soak struct {
	t         *testing.T
	portal    *mockdocspace.Portal
	flows     *flows.Portal
	client    *http.Client
	transport *http.Transport
	log       *errorCount
	requests  atomic.Int64
	memory    []uint64 // bytes of live heap after each round
}

// errorCount is a log of which only the errors are kept.
type errorCount struct {
	mu    sync.Mutex
	texts []string
}

// Write leaves out what is due to a client that gave up.
func (c *errorCount) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("context canceled")) {
		return len(line), nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts = append(c.texts, strings.TrimSpace(string(line)))
	return len(line), nil
}

// take returns what was logged since the last time.
func (c *errorCount) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.texts
	c.texts = nil
	return taken
}

func newSoak(t *testing.T, o mockdocspace.Options) *soak {
	t.Helper()
	s := &soak{t: t, log: &errorCount{}, transport: flows.Transport()}
	o.Logger = slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelError}))
	var err error
	if s.portal, err = mockdocspace.Start(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	s.client = flows.NewHTTPClient(counting{s.transport, &s.requests})
	if s.flows, err = flows.NewPortal(s.portal.URL(), s.client); err != nil {
		t.Fatal(err)
	}
	return s
}

// counting counts the requests.
type counting struct {
	base  http.RoundTripper
	count *atomic.Int64
}

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.count.Add(1)
	return c.base.RoundTrip(r)
}

func (s *soak) control() *control.Client {
	return control.New(s.portal.URL(), control.WithHTTPClient(s.client))
}

// run works in rounds: load with faults for some of the apps, load with faults
// for everybody, then a reset or a year that passes.
func (s *soak) run(limit time.Duration) {
	ctx := context.Background()
	round := min(max(limit/16, time.Second/2), 20*time.Second)
	end := time.Now().Add(limit)
	for n := 0; n < fewestRounds || time.Now().Before(end); n++ {
		s.load(round*3/4, n)
		if lines := s.log.take(); len(lines) > 0 {
			s.t.Fatalf("round %d: %d errors logged, the first: %s", n, len(lines), lines[0])
		}
		s.loadWithFaultsForAll(round / 4)
		s.log.take() // faults make errors
		if n%2 == 0 {
			s.must(s.control().Reset(ctx))
		} else {
			s.pass(400 * 24 * time.Hour)
		}
		s.must(s.control().ClearJournal(ctx))
		s.memory = append(s.memory, liveHeap())
	}
}

func (s *soak) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// pass lets time go by and the portal sweep.
func (s *soak) pass(d time.Duration) {
	s.t.Helper()
	_, err := s.control().Advance(context.Background(), d)
	s.must(err)
	_, err = s.portal.Sweep(context.Background())
	s.must(err)
}

func liveHeap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// load lets workers work side by side; every fourth has an app with faults, whose
// errors don't count.
func (s *soak) load(d time.Duration, seed int) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	var workers sync.WaitGroup
	for i := range soakWorkers {
		w := s.newWorker(fmt.Sprintf("%d-%d", seed, i), uint64(seed*soakWorkers+i))
		if i%4 == 3 {
			w.faulty = s.addFaults(w)
		}
		workers.Go(func() { w.until(ctx) })
	}
	workers.Wait()
	s.must(s.control().ClearFaults(context.Background()))
}

// addFaults switches three faults on for the worker's app.
func (s *soak) addFaults(w *worker) bool {
	faults := mockdocspace.Faults()
	for range 3 {
		name := faults[w.random.IntN(len(faults))].Name
		_, err := s.control().AddFault(context.Background(), control.FaultRequest{Name: name, App: w.app.ID, Probability: 0.7, Seed: 1})
		var refusal *control.Error // those that concern everybody cannot be for one app
		if err != nil && !errors.As(err, &refusal) {
			s.t.Error(err)
		}
	}
	return true
}

// loadWithFaultsForAll has ten faults on for everybody; nothing is expected but
// that all ends.
func (s *soak) loadWithFaultsForAll(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	var workers sync.WaitGroup
	var all []*worker
	for i := range soakWorkers {
		w := s.newWorker(fmt.Sprintf("all-%d-%d", len(s.memory), i), uint64(i))
		w.faulty = true
		all = append(all, w)
	}
	faults := mockdocspace.Faults()
	for range 10 {
		_, err := s.control().AddFault(context.Background(), control.FaultRequest{Name: faults[rand.IntN(len(faults))].Name, Probability: 0.5, Seed: 1})
		s.must(err)
	}
	for _, w := range all {
		workers.Go(func() { w.until(ctx) })
	}
	workers.Wait()
	s.must(s.control().ClearFaults(context.Background()))
}

// flat compares the memory of the last quarter of the rounds with that of the
// first quarter after the very first rounds, in which buffers and pools fill.
func (s *soak) flat() {
	s.t.Helper()
	rounds := s.memory[2:]
	quarter := max(len(rounds)/4, 1)
	first, last := median(rounds[:quarter]), median(rounds[len(rounds)-quarter:])
	s.t.Logf("%d rounds, %d requests, live heap %.1f MB in the first quarter, %.1f MB in the last",
		len(s.memory), s.requests.Load(), float64(first)/1e6, float64(last)/1e6)
	if float64(last) > float64(first)*flatWithin+remembered {
		s.t.Errorf("memory grew from %d to %d bytes", first, last)
	}
}

func median(list []uint64) uint64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// worker is a user with an app of his own who does one thing after the other.
type worker struct {
	*soak
	name   string
	random *rand.Rand
	user   control.User
	app    flows.App
	faulty bool
	tokens *flows.Tokens
}

func (s *soak) newWorker(name string, seed uint64) *worker {
	ctx := context.Background()
	w := &worker{soak: s, name: name, random: rand.New(rand.NewPCG(seed, 1))}
	var err error
	w.user, err = s.control().CreateUser(ctx, control.CreateUserRequest{Type: "admin"})
	s.must(err)
	const callback = "http://localhost/callback"
	app, err := s.control().CreateApp(ctx, control.CreateAppRequest{RedirectURIs: []string{callback}, CreatedBy: w.user.ID})
	s.must(err)
	w.app = flows.App{ID: app.ID, Secret: app.Secret, RedirectURI: callback, Scopes: allScopes}
	return w
}

// until works until the time is over and takes the user and his app away.
func (w *worker) until(ctx context.Context) {
	for ctx.Err() == nil {
		call, cancel := context.WithTimeout(context.Background(), w.patience())
		err := w.once(call)
		cancel()
		if err != nil {
			w.tokens = nil
			if !w.faulty {
				w.t.Errorf("worker %s: %v", w.name, err)
				return
			}
		}
	}
	err := errors.Join(w.control().DeleteApp(context.Background(), w.app.ID), w.control().DeleteUser(context.Background(), 1, w.user.ID))
	if err != nil && !w.faulty {
		w.t.Errorf("worker %s: %v", w.name, err)
	}
}

// patience is short where a fault may let a request hang.
func (w *worker) patience() time.Duration {
	if w.faulty {
		return time.Second
	}
	return time.Minute
}

func (w *worker) once(ctx context.Context) error {
	if w.tokens == nil {
		return w.authorize(ctx)
	}
	switch w.random.IntN(8) {
	case 0:
		return w.authorize(ctx)
	case 1:
		var err error
		w.tokens, err = w.flows.Refresh(ctx, w.app, w.tokens.RefreshToken)
		return err
	case 2:
		return w.ask(ctx)
	case 3:
		return w.keepFile(ctx)
	case 4:
		return w.look(ctx)
	case 5:
		return w.manage(ctx)
	case 6:
		return w.personal(ctx)
	default:
		err := w.flows.Revoke(ctx, w.app, w.tokens.RefreshToken)
		w.tokens = nil
		return err
	}
}

func (w *worker) authorize(ctx context.Context) error {
	signedIn, err := w.control().SignIn(ctx, w.user.ID, 1)
	if err != nil {
		return err
	}
	w.tokens, err = w.flows.TokensHeadless(ctx, w.app, signedIn.Signature)
	return err
}

func (w *worker) api() *flows.API {
	return flows.NewAPI(w.portal.URL(), w.tokens.AccessToken, w.client)
}

func (w *worker) ask(ctx context.Context) error {
	known, err := w.flows.Introspect(ctx, w.tokens.AccessToken)
	if err == nil && !known.Active {
		err = errors.New("a fresh token is not active")
	}
	self, selfErr := w.api().Self(ctx)
	if selfErr == nil && self.ID != w.user.ID {
		selfErr = fmt.Errorf("people/@self is %s", self.ID)
	}
	return errors.Join(err, selfErr)
}

// keepFile uploads a small or a large file, reads it and deletes it.
func (w *worker) keepFile(ctx context.Context) error {
	mine, err := w.api().MyDocuments(ctx)
	if err != nil {
		return err
	}
	content := bytes.Repeat([]byte(w.name), 1+w.random.IntN(2)*200_000)
	file, err := w.api().Upload(ctx, mine.Current.ID, "soak.txt", bytes.NewReader(content))
	if err != nil {
		return err
	}
	r, err := w.api().Download(ctx, file.ID)
	if err != nil {
		return err
	}
	read, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		return err
	}
	if !bytes.Equal(read, content) {
		return fmt.Errorf("%d bytes of %d came back", len(read), len(content))
	}
	return w.api().DeleteFile(ctx, file.ID)
}

// look opens what a person sees.
func (w *worker) look(ctx context.Context) error {
	for _, path := range []string{"/login?type=oauth2&client_id=" + w.app.ID, "/mock/portal", "/oauth2/jwks", "/.well-known/openid-configuration"} {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.portal.URL()+path, nil)
		if err != nil {
			return err
		}
		response, err := w.client.Do(request)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil {
			return err
		}
		if response.StatusCode >= 400 {
			return fmt.Errorf("%s: %s", path, response.Status)
		}
	}
	return nil
}

// manage registers an app, switches it off and deletes it.
func (w *worker) manage(ctx context.Context) error {
	signedIn, err := w.control().SignIn(ctx, w.user.ID, 1)
	if err != nil {
		return err
	}
	app, err := w.flows.Register(ctx, signedIn.Signature, flows.NewRegistration("Soak", "http://localhost/callback", "openid"))
	if err != nil {
		return err
	}
	return errors.Join(w.flows.SetEnabled(ctx, signedIn.Signature, app.ClientID, false), w.flows.DeleteApp(ctx, signedIn.Signature, app.ClientID))
}

func (w *worker) personal(ctx context.Context) error {
	signedIn, err := w.control().SignIn(ctx, w.user.ID, 1)
	if err != nil {
		return err
	}
	_, err = w.flows.PersonalAccessToken(ctx, w.app, signedIn.Signature, "files:read")
	return err
}
