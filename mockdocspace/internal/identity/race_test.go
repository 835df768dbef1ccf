package identity_test

import (
	"net/http"
	"sync"
	"testing"
)

const (
	contenders = 24
	rounds     = 200
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

// DESIGN: parallel uses of one code have one winner; the rest are invalid_grant.
func TestOneOfManyParallelExchangesWins(t *testing.T) {
	p := newPortal(t)
	for round := range rounds {
		code := p.code(user, "files:read")
		if won := contend(func() answer { return p.exchange(code) }); len(won) != 1 {
			t.Fatalf("round %d: %d winners of %d", round, len(won), contenders)
		}
	}
}

// The winner's new tokens work, and the next refresh goes on from them.
func TestOneOfManyParallelRefreshesWins(t *testing.T) {
	p := newPortal(t)
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
