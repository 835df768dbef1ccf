package store_test

import (
	"testing"

	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/mockdocspace/internal/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		s := store.NewMemory()
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	})
}

func BenchmarkGrantByToken(b *testing.B) {
	s := store.NewMemory()
	g := store.Grant{
		GrantKey: store.GrantKey{UserID: "u", AppID: "a", Type: store.GrantCode}, Requested: []string{"files:read"}, Authorized: []string{"files:read"},
		Access: &store.Token{Value: "access", Scopes: []string{"files:read"}}, Refresh: &store.Token{Value: "refresh"},
	}
	if _, err := s.PutGrant(b.Context(), g); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.GrantByToken(b.Context(), store.AccessToken, "access"); err != nil {
				b.Fatal(err)
			}
		}
	})
}
