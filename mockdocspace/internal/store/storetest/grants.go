package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"docspace-oauth/mockdocspace/internal/store"
)

func key(user, app string) store.GrantKey {
	return store.GrantKey{UserID: user, AppID: app, Type: store.GrantCode}
}

func token(value string) *store.Token {
	return &store.Token{Value: value, IssuedAt: start, ExpiresAt: start.Add(time.Hour), Scopes: []string{"files:read"}}
}

// fullGrant has every member set; its token values end with the suffix.
func fullGrant(k store.GrantKey, suffix string) store.Grant {
	return store.Grant{
		GrantKey: k, TenantID: 1, TenantURL: "http://127.0.0.1", UserEmail: "a@x.test",
		ConsentState: "state" + suffix, RedirectSent: "http://a.test", RedirectURI: "http://a.test/", Requested: []string{"files:read", "openid"},
		Authorized: []string{"openid"}, State: "st&te", Nonce: "nonce", CodeChallenge: "challenge", ChallengeIsPlain: true,
		SessionID: "sid", AuthTime: start, Code: token("code" + suffix), Access: token("access" + suffix),
		Refresh: token("refresh" + suffix), IDToken: token("id" + suffix),
		OldRefresh: []store.Token{*token("old-refresh" + suffix)}, OldAccess: []store.Token{*token("old-access" + suffix)},
		CreatedAt: start, ModifiedAt: start.Add(time.Second),
	}
}

var tokenPrefixes = []struct {
	kind   store.TokenKind
	prefix string
}{
	{store.ConsentState, "state"},
	{store.AuthorizationCode, "code"},
	{store.AccessToken, "access"},
	{store.RefreshToken, "refresh"},
	{store.IDToken, "id"},
	{store.RefreshToken, "old-refresh"},
	{store.AccessToken, "old-access"},
}

func testGrantLookup(t *testing.T, s store.Store) {
	g := fullGrant(key("u", "a"), "-1")
	put := must[store.Grant](t)(s.PutGrant(ctx(t), g))
	equal(t, "answer of PutGrant", put, g)
	got := must[store.Grant](t)(s.Grant(ctx(t), g.GrantKey))
	equal(t, "by key", got, g)
	if got.Version != put.Version {
		t.Errorf("version %d, want %d", got.Version, put.Version)
	}
	for _, p := range tokenPrefixes {
		equal(t, p.prefix, must[store.Grant](t)(s.GrantByToken(ctx(t), p.kind, p.prefix+"-1")), g)
		_, err := s.GrantByToken(ctx(t), (p.kind+1)%5, p.prefix+"-1")
		failsWith(t, p.prefix+" as another kind", err, store.ErrNotFound)
	}
	for kind := store.ConsentState; kind <= store.IDToken; kind++ {
		_, err := s.GrantByToken(ctx(t), kind, "")
		failsWith(t, "empty value", err, store.ErrNotFound)
	}
	empty := store.Grant{GrantKey: key("u", "b"), Code: &store.Token{}}
	ok(t, second(s.PutGrant(ctx(t), empty)))
	for kind := store.ConsentState; kind <= store.IDToken; kind++ {
		_, err := s.GrantByToken(ctx(t), kind, "")
		failsWith(t, "empty value of an empty grant", err, store.ErrNotFound)
	}
}

// An app's state and nonce come back as they were sent, whatever they are.
func testGrantKeepsBytes(t *testing.T, s store.Store) {
	for i, text := range []string{"", "\x00", "\xff\xfe", "a\xc3", "\u2028<&>\"\\", "\xed\xa0\x80"} {
		g := fullGrant(key("u", fmt.Sprint(i)), fmt.Sprint(i))
		g.State, g.Nonce = text, "nonce of "+text
		ok(t, second(s.PutGrant(ctx(t), g)))
		equal(t, fmt.Sprintf("grant with state %q", text), must[store.Grant](t)(s.Grant(ctx(t), g.GrantKey)), g)
	}
	ok(t, s.Restore(ctx(t), must[*store.Snapshot](t)(s.Snapshot(ctx(t)))))
	if g := must[store.Grant](t)(s.Grant(ctx(t), key("u", "2"))); g.State != "\xff\xfe" {
		t.Errorf("after a restore the state is %q", g.State)
	}
}

func second[T any](_ T, err error) error { return err }

func testPutGrantOverwrites(t *testing.T, s store.Store) {
	old, fresh := fullGrant(key("u", "a"), "-old"), fullGrant(key("u", "a"), "-new")
	other := fullGrant(key("u", "b"), "-other")
	pat := fullGrant(store.GrantKey{UserID: "u", AppID: "a", Type: store.GrantPAT}, "-pat")
	was := must[store.Grant](t)(s.PutGrant(ctx(t), old))
	for _, g := range []store.Grant{other, pat} {
		ok(t, second(s.PutGrant(ctx(t), g)))
	}
	is := must[store.Grant](t)(s.PutGrant(ctx(t), fresh))
	if is.Version == was.Version {
		t.Errorf("both writes have version %d", is.Version)
	}
	for _, p := range tokenPrefixes {
		_, err := s.GrantByToken(ctx(t), p.kind, p.prefix+"-old")
		failsWith(t, "overwritten "+p.prefix, err, store.ErrNotFound)
		for suffix, want := range map[string]store.Grant{"-new": fresh, "-other": other, "-pat": pat} {
			equal(t, p.prefix+suffix, must[store.Grant](t)(s.GrantByToken(ctx(t), p.kind, p.prefix+suffix)), want)
		}
	}
}

func testSwapGrant(t *testing.T, s store.Store) {
	_, err := s.SwapGrant(ctx(t), fullGrant(key("u", "a"), ""))
	failsWith(t, "swap of a row that isn't there", err, store.ErrNotFound)

	first := must[store.Grant](t)(s.PutGrant(ctx(t), fullGrant(key("u", "a"), "-1")))
	next := fullGrant(key("u", "a"), "-2")
	next.Version = first.Version
	swapped := must[store.Grant](t)(s.SwapGrant(ctx(t), next))
	equal(t, "answer of SwapGrant", swapped, next)
	if swapped.Version == first.Version {
		t.Error("a swap left the version as it was")
	}
	_, err = s.GrantByToken(ctx(t), store.RefreshToken, "refresh-1")
	failsWith(t, "token that was swapped away", err, store.ErrNotFound)

	late := fullGrant(key("u", "a"), "-3")
	late.Version = first.Version
	_, err = s.SwapGrant(ctx(t), late)
	failsWith(t, "swap of an old version", err, store.ErrConflict)
	_, err = s.GrantByToken(ctx(t), store.RefreshToken, "refresh-3")
	failsWith(t, "token of a swap that lost", err, store.ErrNotFound)
	equal(t, "after a swap that lost", must[store.Grant](t)(s.Grant(ctx(t), key("u", "a"))), next)

	// A row that was deleted and written anew is another row.
	must[int](t)(s.DeleteGrants(ctx(t), store.GrantFilter{UserID: "u"}))
	must[store.Grant](t)(s.PutGrant(ctx(t), fullGrant(key("u", "a"), "-4")))
	late.Version = swapped.Version
	_, err = s.SwapGrant(ctx(t), late)
	failsWith(t, "swap of a row that was deleted and made anew", err, store.ErrConflict)
}

// One authorization code or refresh token has one winner, however many ask at once.
func testSwapGrantHasOneWinner(t *testing.T, s store.Store) {
	const rounds, contenders = 200, 24
	k := key("u", "a")
	must[store.Grant](t)(s.PutGrant(ctx(t), fullGrant(k, "-0")))
	for round := range rounds {
		presented := fmt.Sprintf("refresh-%d", round)
		var winners, conflicts atomic.Int32
		together(contenders, func(int) {
			g, err := s.GrantByToken(ctx(t), store.RefreshToken, presented)
			if errors.Is(err, store.ErrNotFound) {
				conflicts.Add(1) // somebody rotated it before we looked
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			g.Refresh = token(fmt.Sprintf("refresh-%d", round+1))
			g.OldRefresh = nil
			switch _, err := s.SwapGrant(ctx(t), g); {
			case err == nil:
				winners.Add(1)
			case errors.Is(err, store.ErrConflict):
				conflicts.Add(1)
			default:
				t.Error(err)
			}
		})
		if winners.Load() != 1 || conflicts.Load() != contenders-1 {
			t.Fatalf("round %d: %d winners, %d conflicts", round, winners.Load(), conflicts.Load())
		}
	}
}

func testListGrants(t *testing.T, s store.Store) {
	put := func(k store.GrantKey, modified time.Time, change func(*store.Grant)) {
		g := store.Grant{GrantKey: k, CreatedAt: start, ModifiedAt: modified}
		change(&g)
		ok(t, second(s.PutGrant(ctx(t), g)))
	}
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	put(key("u", "refresh"), at(1), func(g *store.Grant) { g.Refresh = token("r") })
	put(key("u", "code"), at(3), func(g *store.Grant) { g.Code = token("c") })
	put(key("u", "access"), at(2), func(g *store.Grant) { g.Access = token("a") })
	put(key("u", "pending"), at(4), func(g *store.Grant) { g.ConsentState = "s" })
	put(key("somebody else", "code"), at(5), func(g *store.Grant) { g.Code = token("c2") })
	put(store.GrantKey{UserID: "u", AppID: "code", Type: store.GrantPAT}, at(6), func(g *store.Grant) { g.Access = token("p") })

	list := func(q store.GrantQuery) []string {
		q.UserID, q.Type = "u", store.GrantCode
		var ids []string
		for _, g := range must[[]store.Grant](t)(s.ListGrants(ctx(t), q)) {
			ids = append(ids, g.AppID)
		}
		return ids
	}
	equal(t, "all", list(store.GrantQuery{}), []string{"pending", "code", "access", "refresh"})
	equal(t, "live", list(store.GrantQuery{LiveOnly: true}), []string{"code", "access", "refresh"})
	equal(t, "limit", list(store.GrantQuery{LiveOnly: true, Limit: 2}), []string{"code", "access"})
	equal(t, "cursor", list(store.GrantQuery{Before: at(3)}), []string{"access", "refresh"})
	equal(t, "cursor and limit", list(store.GrantQuery{Before: at(3), Limit: 1}), []string{"access"})
	equal(t, "cursor older than all", list(store.GrantQuery{Before: start}), []string(nil))
	equal(t, "personal tokens", len(must[[]store.Grant](t)(s.ListGrants(ctx(t), store.GrantQuery{UserID: "u", Type: store.GrantPAT}))), 1)
}

func testDeleteGrants(t *testing.T, s store.Store) {
	fill := func() {
		for _, user := range []string{"u", "v"} {
			for _, app := range []string{"a", "b"} {
				for _, kind := range []store.GrantType{store.GrantCode, store.GrantPAT} {
					k := store.GrantKey{UserID: user, AppID: app, Type: kind}
					ok(t, second(s.PutGrant(ctx(t), fullGrant(k, fmt.Sprint(k)))))
				}
			}
		}
	}
	for _, tt := range []struct {
		filter store.GrantFilter
		want   int
	}{
		{store.GrantFilter{UserID: "u", AppID: "a", Type: store.GrantCode}, 1},
		{store.GrantFilter{UserID: "u", AppID: "a"}, 2},
		{store.GrantFilter{UserID: "u"}, 4},
		{store.GrantFilter{AppID: "b"}, 4},
		{store.GrantFilter{Type: store.GrantPAT}, 4},
		{store.GrantFilter{UserID: "v", Type: store.GrantPAT}, 2},
		{store.GrantFilter{}, 8},
		{store.GrantFilter{UserID: "nobody"}, 0},
		{store.GrantFilter{UserID: "nobody", AppID: "a", Type: store.GrantCode}, 0},
	} {
		fill()
		if n := must[int](t)(s.DeleteGrants(ctx(t), tt.filter)); n != tt.want {
			t.Errorf("%+v removed %d rows, want %d", tt.filter, n, tt.want)
		}
		matches := func(k store.GrantKey) bool {
			f := tt.filter
			return (f.UserID == "" || f.UserID == k.UserID) && (f.AppID == "" || f.AppID == k.AppID) && (f.Type == "" || f.Type == k.Type)
		}
		for _, user := range []string{"u", "v"} {
			for _, app := range []string{"a", "b"} {
				for _, kind := range []store.GrantType{store.GrantCode, store.GrantPAT} {
					k := store.GrantKey{UserID: user, AppID: app, Type: kind}
					_, byKey := s.Grant(ctx(t), k)
					_, byToken := s.GrantByToken(ctx(t), store.AccessToken, "access"+fmt.Sprint(k))
					if gone := errors.Is(byKey, store.ErrNotFound); gone != matches(k) || gone != errors.Is(byToken, store.ErrNotFound) {
						t.Errorf("%+v: row %+v by key: %v, by token: %v", tt.filter, k, byKey, byToken)
					}
				}
			}
		}
	}
}
