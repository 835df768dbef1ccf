package identity_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/mockdocspace/internal/store/sqlite"
)

const (
	contenders = 24
	rounds     = 1000
	// roundsOnSQLite is less, since SQLite under the race detector takes its time;
	// the variable named by allRounds, when set, asks for as many as in memory.
	roundsOnSQLite = 100
	allRounds      = "RACE_TEST_ALL_ROUNDS"
)

// contend runs request from many goroutines at once and returns the successes.
func contend(request func() answer) []answer {
	start := make(chan struct{})
	answers := make([]answer, contenders)
	var all sync.WaitGroup
	for i := range contenders {
		all.Go(func() {
			<-start
			answers[i] = request()
		})
	}
	close(start)
	all.Wait()
	var won []answer
	for _, a := range answers {
		if a.status == http.StatusOK {
			won = append(won, a)
		}
	}
	return won
}

// inProcess hands requests to a server without a socket, so that they meet closer
// together, and more of them in a second.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	sent := r.Clone(r.Context())
	sent.RequestURI, sent.RemoteAddr, sent.Host = r.URL.RequestURI(), "127.0.0.1:1", r.URL.Host
	sent.Header.Set("User-Agent", "race")
	if sent.Body == nil {
		sent.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, sent)
	return w.Result(), nil
}

// onEachStore runs a test on a portal without a socket, in memory and on SQLite.
func onEachStore(t *testing.T, run func(t *testing.T, p *portal, rounds int)) {
	for name, open := range map[string]func(*testing.T) store.Store{
		"memory": func(*testing.T) store.Store { return store.NewMemory() },
		"SQLite": func(t *testing.T) store.Store {
			file, err := sqlite.Open(filepath.Join(t.TempDir(), "portal.db"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = file.Close() })
			return file
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPortalWith(t, open(t), func(s store.Store) store.Store { return s })
			p.wire = inProcess{http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				p.server.ServeHTTP(w, r.WithContext(p.book.Into(r.Context())))
			})}
			count := rounds
			if name == "SQLite" && os.Getenv(allRounds) == "" {
				count = roundsOnSQLite
			}
			run(t, p, count)
		})
	}
}

// DESIGN: parallel uses of one code have one winner; the rest are invalid_grant,
// and count as replays: what the winner got is dead.
func TestOneOfManyParallelExchangesWins(t *testing.T) {
	onEachStore(t, func(t *testing.T, p *portal, rounds int) {
		for round := range rounds {
			code := p.code(user, "files:read")
			if won := contend(func() answer { return p.exchange(code) }); len(won) != 1 {
				t.Fatalf("round %d: %d winners of %d", round, len(won), contenders)
			}
		}
	})
}

// The winner's new tokens work, and the next refresh goes on from them.
func TestOneOfManyParallelRefreshesWins(t *testing.T) {
	onEachStore(t, func(t *testing.T, p *portal, rounds int) {
		token := p.tokens(user, "files:read").text("refresh_token")
		for round := range rounds {
			won := contend(func() answer { return p.refresh(token) })
			if len(won) != 1 {
				t.Fatalf("round %d: %d winners of %d", round, len(won), contenders)
			}
			if !p.active(won[0].text("access_token")) {
				t.Fatalf("round %d: the winner's access token is not active", round)
			}
			token = won[0].text("refresh_token")
		}
	})
}

func TestOneOfManyParallelConsentsWins(t *testing.T) {
	p := newPortal(t)
	for round := range 20 {
		scope := []string{"files:read", "files:write", "rooms:read", "rooms:write"}[round%4]
		asked := p.authorize(user, scope)
		state := asked.cookie("client_state")
		if state == "" { // granted in an earlier round
			if _, err := p.store.DeleteConsents(t.Context(), user, p.app.ID); err != nil {
				t.Fatal(err)
			}
			state = p.authorize(user, scope).cookie("client_state")
		}
		won := contend(func() answer {
			a := p.consent(user, state, scope)
			if a.location("code") != "" {
				a.status = http.StatusOK
			}
			return a
		})
		if len(won) != 1 {
			t.Fatalf("round %d: %d codes", round, len(won))
		}
	}
}

// The faults race.* restore what the real portal does.
func TestRaceFaultsLetManyWin(t *testing.T) {
	for _, tt := range []struct {
		fault string
		run   func(p *portal) int
	}{
		{"race.code", func(p *portal) int {
			code := p.code(user, "files:read")
			return len(contend(func() answer { return p.exchange(code) }))
		}},
		{"race.refresh", func(p *portal) int {
			token := p.tokens(user, "files:read").text("refresh_token")
			return len(contend(func() answer { return p.refresh(token) }))
		}},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			p := newPortal(t)
			switchOn(t, p, tt.fault)
			for range 50 {
				if tt.run(p) > 1 {
					return
				}
			}
			t.Error("never more than one winner in 50 rounds")
		})
	}
}
