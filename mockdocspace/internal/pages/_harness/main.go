package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"docspace-oauth/mockdocspace/internal/backend"
	"docspace-oauth/mockdocspace/internal/clock"
	"docspace-oauth/mockdocspace/internal/identity"
	"docspace-oauth/mockdocspace/internal/limit"
	"docspace-oauth/mockdocspace/internal/pages"
	"docspace-oauth/mockdocspace/internal/random"
	"docspace-oauth/mockdocspace/internal/rules"
	"docspace-oauth/mockdocspace/internal/site"
	"docspace-oauth/mockdocspace/internal/store"
	"docspace-oauth/signature"
)

func main() {
	ctx := context.Background()
	s := store.NewMemory()
	c := clock.New()
	rnd := random.New()
	now := c.Now()
	tenants := []store.Tenant{
		{ID: 1, Alias: "localhost", Name: "Example Company", Hosts: []string{"127.0.0.1", "localhost"}, Culture: "en-US", CreatedAt: now},
		{ID: 2, Alias: "second", Name: "Second Company", Hosts: []string{"second.localhost"}, Culture: "en-US", CreatedAt: now},
	}
	users := []store.User{
		{ID: "10000000-0000-4000-8000-000000000002", TenantID: 1, Email: "admin@docspace.test", UserName: "admin", FirstName: "Adam", LastName: "Admin", Password: "docspace", Type: store.TypeAdmin, Status: store.StatusActive},
		{ID: "10000000-0000-4000-8000-000000000004", TenantID: 1, Email: "user@docspace.test", UserName: "user", FirstName: "Ursula", LastName: "User", Password: "docspace", Type: store.TypeUser, Status: store.StatusActive},
		{ID: "20000000-0000-4000-8000-000000000004", TenantID: 2, Email: "user@docspace.test", UserName: "user", FirstName: "Ursula", LastName: "User", Password: "docspace", Type: store.TypeUser, Status: store.StatusActive},
	}
	for _, u := range users {
		_ = s.PutUser(ctx, u)
	}
	for _, t := range tenants {
		_ = s.PutTenant(ctx, t)
		var own []store.User
		for _, u := range users {
			if u.TenantID == t.ID {
				own = append(own, u)
			}
		}
		if err := backend.Seed(ctx, s, t, own, now); err != nil {
			panic(err)
		}
	}
	d := "x"
	_ = s.CreateApp(ctx, store.App{ID: "11111111-1111-4111-8111-111111111111", TenantID: 1, Secret: "s", Name: "Demo App", Description: &d,
		Logo:       "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAzMiAzMiI+PHJlY3Qgd2lkdGg9IjMyIiBoZWlnaHQ9IjMyIiByeD0iOCIgZmlsbD0iIzJmNmZlYiIvPjxwYXRoIGQ9Ik05IDE3bDUgNSA5LTExIiBmaWxsPSJub25lIiBzdHJva2U9IiNmZmYiIHN0cm9rZS13aWR0aD0iMyIvPjwvc3ZnPg==",
		WebsiteURL: "https://demo.example.test", TermsURL: "https://demo.example.test/terms", PolicyURL: "https://demo.example.test/privacy",
		RedirectURIs: []string{"http://127.0.0.1:3999/callback"}, Scopes: append(identity.ScopeNames(), "openid"), AllowPKCE: true, Public: true, Enabled: true, CreatedAt: now})
	key := signature.Key(signature.DefaultSecret)
	id, err := identity.New(ctx, identity.Config{Store: s, Clock: c, Random: rnd, Limiter: limit.New(c, false), SignatureKey: key, Logger: slog.Default()})
	if err != nil {
		panic(err)
	}
	api := backend.New(backend.Config{Store: s, Clock: c, Random: rnd, SignatureKey: key, Authority: id, Logger: slog.Default(), PortalURL: func(ctx context.Context, t store.Tenant) string {
		here := site.From(ctx)
		if here.Tenant.ID == t.ID {
			return here.Base
		}
		return "http://" + t.Hosts[0] + ":" + here.Base[strings.LastIndex(here.Base, ":")+1:]
	}})
	pg := pages.New(pages.Config{Store: s, Clock: c, Random: rnd, SignatureKey: key, API: api, Logger: slog.Default(), AutoLogin: os.Getenv("AUTO_LOGIN"), AutoConsent: os.Getenv("AUTO_CONSENT") != ""})
	base := rules.DocSpace()
	if os.Getenv("STRICT") != "" {
		base = rules.Strict()
	}
	book := rules.NewBook(base)
	alias := regexp.MustCompile(`^/api/2\.0/oauth2(/|$)`)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := tenants[0]
		if strings.HasPrefix(r.Host, "second.") {
			t = tenants[1]
		}
		r = r.WithContext(site.Into(book.Into(r.Context()), site.Site{Tenant: t, Base: "http://" + r.Host}))
		r.Header.Set("X-Forwarded-Host", r.Host)
		switch p := r.URL.Path; {
		case strings.HasPrefix(p, "/oauth2") || strings.HasPrefix(p, "/.well-known"):
			id.ServeHTTP(w, r)
		case alias.MatchString(p):
			r.URL.Path = strings.TrimPrefix(p, "/api/2.0")
			id.ServeHTTP(w, r)
		case strings.HasPrefix(p, "/api/") || strings.HasPrefix(p, "/apisystem/"):
			api.ServeHTTP(w, r)
		default:
			pg.ServeHTTP(w, r)
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		panic(err)
	}
	fmt.Println("ready", l.Addr(), time.Now())
	panic(http.Serve(l, h))
}
