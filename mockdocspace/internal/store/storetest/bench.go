package storetest

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"docspace-oauth/mockdocspace/internal/store"
)

// Benchmark measures the steps that a token request takes, with tokens as long
// as the portal's, from several callers at once.
func Benchmark(b *testing.B, open func(b *testing.B) store.Store) {
	grant := func(user, round int64) store.Grant {
		g := fullGrant(key(fmt.Sprintf("user-%d", user), "a"), fmt.Sprintf("-%d-%d", user, round))
		g.OldAccess, g.OldRefresh = nil, nil
		g.Access.Value += strings.Repeat("x", 900)
		g.Refresh.Value += strings.Repeat("x", 500)
		return g
	}
	b.Run("SwapGrant", func(b *testing.B) {
		s := open(b)
		var users atomic.Int64
		b.RunParallel(func(pb *testing.PB) {
			user := users.Add(1)
			g := must[store.Grant](b)(s.PutGrant(b.Context(), grant(user, 0)))
			for round := int64(1); pb.Next(); round++ {
				next := grant(user, round)
				next.Version = g.Version
				g = must[store.Grant](b)(s.SwapGrant(b.Context(), next))
			}
		})
	})
	b.Run("GrantByToken", func(b *testing.B) {
		s := open(b)
		for user := range int64(1000) {
			must[store.Grant](b)(s.PutGrant(b.Context(), grant(user, 0)))
		}
		var next atomic.Int64
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				value := grant(next.Add(1)%1000, 0).Refresh.Value
				must[store.Grant](b)(s.GrantByToken(b.Context(), store.RefreshToken, value))
			}
		})
	})
	b.Run("Session", func(b *testing.B) {
		s := open(b)
		fill(b, s)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				must[store.Session](b)(s.Session(b.Context(), "s"))
			}
		})
	})
	b.Run("TenantByHost", func(b *testing.B) {
		s := open(b)
		fill(b, s)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				must[store.Tenant](b)(s.TenantByHost(b.Context(), "127.0.0.1"))
			}
		})
	})
}
