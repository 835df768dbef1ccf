package mockdocspace_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
)

// Two portals on one server, two users on each: what one made, the others don't
// see, by whatever route and with whatever they were granted.
func TestNothingCrossesOver(t *testing.T) {
	p := startAPI(t, mockdocspace.Options{})
	ctx := t.Context()
	api := func(tenant int64, base, user string) *flows.API {
		return flows.NewAPI(base, p.grant(tenant, user, allScopes...).tokens.AccessToken, nil)
	}
	writer := api(1, p.URL(), "roomadmin@docspace.test")
	my, err := writer.MyDocuments(ctx)
	p.must(err)
	note, err := writer.CreateText(ctx, my.Current.ID, "crossing", "secret")
	p.must(err)
	folder, err := writer.CreateFolder(ctx, my.Current.ID, "crossing")
	p.must(err)
	room, err := writer.CreateRoom(ctx, flows.NewRoom{Title: "crossing", Type: flows.RoomCustom})
	p.must(err)
	inRoom, err := writer.CreateText(ctx, room.ID, "crossing", "secret")
	p.must(err)
	people, err := writer.People(ctx)
	p.must(err)
	groups, err := writer.Groups(ctx)
	p.must(err)

	others := map[string]*flows.API{
		"a user of the same portal":            api(1, p.URL(), "user@docspace.test"),
		"an administrator of the other portal": api(2, p.SecondURL(), "admin@second.test"),
		"the same person at the other portal":  api(2, p.SecondURL(), "user@docspace.test"),
	}
	for who, other := range others {
		for what, attempt := range map[string]func() error{
			"read the file":     func() error { _, err := other.File(ctx, note.ID); return err },
			"download it":       func() error { _, err := other.Download(ctx, note.ID); return err },
			"rename it":         func() error { _, err := other.RenameFile(ctx, note.ID, "mine"); return err },
			"delete it":         func() error { return other.DeleteFile(ctx, note.ID) },
			"open the folder":   func() error { _, err := other.Folder(ctx, folder.ID); return err },
			"open My documents": func() error { _, err := other.Folder(ctx, my.Current.ID); return err },
			"write there":       func() error { _, err := other.CreateText(ctx, my.Current.ID, "x", "x"); return err },
			"upload there":      func() error { _, err := other.Upload(ctx, folder.ID, "x", strings.NewReader("x")); return err },
			"rename the folder": func() error { _, err := other.RenameFolder(ctx, folder.ID, "mine"); return err },
			"delete the folder": func() error { return other.DeleteFolder(ctx, folder.ID) },
			"see the room":      func() error { _, err := other.Room(ctx, room.ID); return err },
			"rename the room":   func() error { _, err := other.RenameRoom(ctx, room.ID, "mine"); return err },
			"delete the room":   func() error { return other.DeleteRoom(ctx, room.ID) },
			"read in the room":  func() error { _, err := other.Download(ctx, inRoom.ID); return err },
			"take a copy": func() error {
				own, err := other.MyDocuments(ctx)
				p.must(err)
				return other.Copy(ctx, flows.Transfer{Files: []int64{note.ID}, Folders: []int64{folder.ID}, To: own.Current.ID})
			},
			"put something in": func() error {
				own, err := other.MyDocuments(ctx)
				p.must(err)
				mine, err := other.CreateText(ctx, own.Current.ID, "mine", "x")
				p.must(err)
				return other.Move(ctx, flows.Transfer{Files: []int64{mine.ID}, To: folder.ID})
			},
		} {
			var refused *flows.APIError
			if err := attempt(); !errors.As(err, &refused) || (refused.Status != 403 && refused.Status != 404) {
				t.Errorf("%s could %s: %v", who, what, err)
			}
		}
		for _, list := range []func() (*flows.FolderContent, error){
			func() (*flows.FolderContent, error) { return other.MyDocuments(ctx) },
			func() (*flows.FolderContent, error) { return other.Rooms(ctx) },
		} {
			content, err := list()
			p.must(err)
			if titles := fmt.Sprint(content.Files, content.Folders); strings.Contains(titles, "crossing") {
				t.Errorf("%s sees %s", who, titles)
			}
		}
	}

	// People and groups are a portal's own.
	second := others["an administrator of the other portal"]
	theirs, err := second.People(ctx)
	p.must(err)
	for _, person := range theirs.Response {
		if slices.ContainsFunc(people.Response, func(q flows.Person) bool { return q.ID == person.ID }) {
			t.Errorf("%s is on both portals", person.Email)
		}
	}
	for _, person := range people.Response {
		var refused *flows.APIError
		if _, err := second.Person(ctx, person.ID); !errors.As(err, &refused) || refused.Status != 404 {
			t.Errorf("the other portal knows %s: %v", person.Email, err)
		}
	}
	var refused *flows.APIError
	if _, err := second.Group(ctx, groups.Response[0].ID); !errors.As(err, &refused) || refused.Status != 404 {
		t.Errorf("the other portal knows the group: %v", err)
	}

	// A token opens nothing but the portal that it is for.
	for _, crossed := range []*flows.API{
		flows.NewAPI(p.SecondURL(), writer.AccessToken, nil), flows.NewAPI(p.URL(), second.AccessToken, nil),
	} {
		if _, err := crossed.Self(ctx); !errors.As(err, &refused) || !refused.TokenRefused() || !refused.Empty {
			t.Errorf("a token at another portal: %v", err)
		}
	}

	// And everything is as it was.
	if content, err := writer.Folder(ctx, folder.ID); err != nil || content.Current.Title != "crossing" || content.Total != 0 {
		t.Errorf("folder %+v, %v", content, err)
	}
	if file, err := writer.File(ctx, note.ID); err != nil || file.Title != "crossing.txt" || file.Version != 1 {
		t.Errorf("file %+v, %v", file, err)
	}
}

// docs/portal/backend-api.md §7: the assertions that two services fulfil together.
func TestAPIAssertionsAcrossServices(t *testing.T) {
	p := startAPI(t, mockdocspace.Options{})
	self := func(token string) reply { return p.call(p.URL(), "GET", "/api/2.0/people/@self", token, nil) }

	t.Run("positive 10 and 17, negative 7 and 9", func(t *testing.T) {
		portal, err := flows.NewPortal(p.URL(), nil)
		p.must(err)
		for name, kill := range map[string]func(grant) error{
			"revoked":   func(g grant) error { return portal.Revoke(t.Context(), g.app, g.tokens.AccessToken) },
			"withdrawn": func(g grant) error { return portal.RevokeConsent(t.Context(), g.signature, g.app.ID) },
			"deleted":   func(g grant) error { return p.Control().DeleteApp(t.Context(), g.app.ID) },
			"superseded": func(g grant) error {
				if got := self(p.authorize(p.URL(), g.app, g.signature).AccessToken); got.status != 200 {
					t.Errorf("the new token: %d", got.status)
				}
				return nil
			},
			"refreshed": func(g grant) error {
				renewed, err := portal.Refresh(t.Context(), g.app, g.tokens.RefreshToken)
				if err == nil && self(renewed.AccessToken).status != 200 {
					t.Error("the refreshed token is refused")
				}
				return err
			},
		} {
			g := p.grant(1, "user@docspace.test", "accounts.self:read", "openid")
			if got := self(g.tokens.IDToken); got.status != 401 || got.body != "" {
				t.Errorf("id_token as bearer: %d %q", got.status, got.body)
			}
			alive := func() any {
				return p.call(p.URL(), "GET", "/api/2.0/authentication", g.tokens.AccessToken, nil).json(t)["response"]
			}
			if self(g.tokens.AccessToken).status != 200 || alive() != true {
				t.Fatalf("%s: the token does not live", name)
			}
			p.must(kill(g))
			if got := self(g.tokens.AccessToken); got.status != 401 || got.body != "" || alive() != false {
				t.Errorf("%s: %d %q, alive %v", name, got.status, got.body, alive())
			}
		}
	})
	t.Run("positive 15", func(t *testing.T) {
		token := p.token("user@docspace.test", "openid")
		for _, method := range []string{"GET", "POST"} {
			got := p.call(p.URL(), method, "/api/2.0/oauth2/userinfo", token, nil)
			claims := got.json(t)
			if got.status != 200 || claims["sub"] == nil || claims["response"] != nil {
				t.Errorf("%s: %d %s", method, got.status, got.body)
			}
		}
	})
	t.Run("positive 16", func(t *testing.T) {
		g := p.grant(1, "user@docspace.test", "accounts.self:read")
		portal, err := flows.NewPortal(p.URL(), nil)
		p.must(err)
		claims, err := portal.VerifyAccessToken(t.Context(), g.app, g.tokens.AccessToken)
		p.must(err)
		base, err := claims.APIBase([]string{p.URL()})
		p.must(err)
		if got := p.call(base, "GET", "/api/2.0/people/@self", g.tokens.AccessToken, nil); got.status != 200 {
			t.Errorf("at %s: %d", base, got.status)
		}
	})
}
