package storetest

import (
	"context"
	"errors"
	"maps"
	"testing"

	"pgregory.net/rapid"

	"docspace-oauth/mockdocspace/internal/store"
)

// grantModel is the authorization table as plain as it can be: rows by key, and
// look-ups that walk them all.
type grantModel map[store.GrantKey]store.Grant

func (m grantModel) byToken(kind store.TokenKind, value string) (store.GrantKey, bool) {
	for k, g := range m {
		var values []string
		add := func(tokens ...*store.Token) {
			for _, t := range tokens {
				if t != nil {
					values = append(values, t.Value)
				}
			}
		}
		switch kind {
		case store.ConsentState:
			values = append(values, g.ConsentState)
		case store.AuthorizationCode:
			add(g.Code)
		case store.AccessToken:
			add(g.Access)
		case store.RefreshToken:
			add(g.Refresh)
		case store.IDToken:
			add(g.IDToken)
		}
		for _, v := range values {
			if v == value {
				return k, true
			}
		}
	}
	return store.GrantKey{}, false
}

// Random sequences of writes, swaps and deletions leave what the model has.
// Token values come from a counter, as the portal's are unique.
func testGrantsAgainstModel(t *testing.T, s store.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		c := context.Background()
		if err := s.Clear(c); err != nil {
			rt.Fatal(err)
		}
		model, seen, count := grantModel{}, map[string]store.TokenKind{}, 0
		drawKey := func() store.GrantKey {
			return store.GrantKey{
				UserID: rapid.SampledFrom([]string{"u", "v"}).Draw(rt, "user"),
				AppID:  rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "app"),
				Type:   rapid.SampledFrom([]store.GrantType{store.GrantCode, store.GrantPAT}).Draw(rt, "type"),
			}
		}
		value := func(kind store.TokenKind) string {
			count++
			v := string(rune('a'+int(kind))) + string(rune('0'+count%10)) + string(rune('A'+count/10%26)) + string(rune('A'+count/260%26))
			seen[v] = kind
			return v
		}
		drawGrant := func(k store.GrantKey) store.Grant {
			g := store.Grant{GrantKey: k, ModifiedAt: start}
			if rapid.Bool().Draw(rt, "pending") {
				g.ConsentState = value(store.ConsentState)
			}
			for kind, field := range map[store.TokenKind]**store.Token{
				store.AuthorizationCode: &g.Code, store.AccessToken: &g.Access, store.RefreshToken: &g.Refresh, store.IDToken: &g.IDToken,
			} {
				if count++; count%3 != 0 {
					*field = token(value(kind))
				}
			}
			return g
		}
		rt.Repeat(map[string]func(*rapid.T){
			"put": func(rt *rapid.T) {
				k := drawKey()
				g, err := s.PutGrant(c, drawGrant(k))
				if err != nil {
					rt.Fatal(err)
				}
				model[k] = g
			},
			"swap": func(rt *rapid.T) {
				k := drawKey()
				g := drawGrant(k)
				row, there := model[k]
				stale := rapid.Bool().Draw(rt, "stale")
				if g.Version = row.Version; stale {
					g.Version--
				}
				got, err := s.SwapGrant(c, g)
				switch {
				case !there:
					if !errors.Is(err, store.ErrNotFound) {
						rt.Fatalf("swap of no row: %v", err)
					}
				case stale:
					if !errors.Is(err, store.ErrConflict) {
						rt.Fatalf("swap of an old version: %v", err)
					}
				case err != nil:
					rt.Fatal(err)
				default:
					model[k] = got
				}
			},
			"delete": func(rt *rapid.T) {
				k := drawKey()
				f := store.GrantFilter{UserID: k.UserID, AppID: k.AppID}
				before := len(model)
				maps.DeleteFunc(model, func(k store.GrantKey, _ store.Grant) bool { return k.UserID == f.UserID && k.AppID == f.AppID })
				if n, err := s.DeleteGrants(c, f); err != nil || n != before-len(model) {
					rt.Fatalf("removed %d rows (%v), want %d", n, err, before-len(model))
				}
			},
			"restore": func(rt *rapid.T) {
				snapshot, err := s.Snapshot(c)
				if err == nil {
					err = s.Restore(c, snapshot)
				}
				if err != nil {
					rt.Fatal(err)
				}
				for k := range model {
					if model[k], err = s.Grant(c, k); err != nil {
						rt.Fatal(err)
					}
				}
			},
			"": func(rt *rapid.T) {
				for v, kind := range seen {
					want, there := model.byToken(kind, v)
					got, err := s.GrantByToken(c, kind, v)
					if there != (err == nil) || got.GrantKey != want {
						rt.Fatalf("kind %d value %s: %+v (%v), want %+v", kind, v, got.GrantKey, err, want)
					}
				}
				for k, want := range model {
					if got, err := s.Grant(c, k); err != nil || got.Version != want.Version {
						rt.Fatalf("row %+v: version %d (%v), want %d", k, got.Version, err, want.Version)
					}
				}
			},
		})
	})
}
