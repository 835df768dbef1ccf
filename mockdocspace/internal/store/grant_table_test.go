package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"
)

// However many write and delete at once, the index leads to exactly the tokens that
// the rows hold: a long-lived portal does not fill up with what was.
func TestIndexHoldsWhatTheRowsHold(t *testing.T) {
	t.Parallel()
	m, ctx := NewMemory(), context.Background()
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(worker)))
			for round := range 2000 {
				key := GrantKey{fmt.Sprint("user-", random.IntN(6)), fmt.Sprint("app-", random.IntN(3)), GrantCode}
				value := fmt.Sprintf("%d-%d", worker, round)
				switch random.IntN(8) {
				case 0:
					_, _ = m.DeleteGrants(ctx, GrantFilter(key))
				case 1:
					_, _ = m.DeleteGrants(ctx, GrantFilter{AppID: key.AppID})
				case 2:
					_, _ = m.Sweep(ctx, time.Time{})
				case 3, 4:
					_, _ = m.PutGrant(ctx, Grant{GrantKey: key, Code: &Token{Value: "code-" + value, ExpiresAt: time.Now()}})
				default:
					g, err := m.Grant(ctx, key)
					if errors.Is(err, ErrNotFound) {
						continue
					}
					g.Access, g.Refresh = &Token{Value: "access-" + value}, &Token{Value: "refresh-" + value}
					_, _ = m.SwapGrant(ctx, g)
				}
			}
		})
	}
	all.Wait()
	held := 0
	for _, row := range m.grants.all() {
		for kind, value := range row.TokenValues() {
			held++
			if found, err := m.GrantByToken(ctx, kind, value); err != nil || found.GrantKey != row.GrantKey {
				t.Errorf("%s of %v leads to %v, %v", value, row.GrantKey, found.GrantKey, err)
			}
		}
	}
	led := 0
	for i := range m.grants.index {
		led += len(m.grants.index[i].rows)
	}
	if held == 0 || led != held {
		t.Errorf("the index leads to %d tokens, the rows hold %d", led, held)
	}
}
