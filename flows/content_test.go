package flows_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"docspace-oauth/flows"
	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// signedIn is the API of a seeded user with all the scopes of a new app.
func signedIn(t *testing.T, mock *mockdocspace.Portal, email string, scopes ...string) *flows.API {
	t.Helper()
	registered, err := mock.Control().CreateApp(t.Context(), control.CreateAppRequest{RedirectURIs: []string{"http://127.0.0.1/callback"}})
	if err != nil {
		t.Fatal(err)
	}
	portal, err := flows.NewPortal(mock.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := portal.SignInForSignature(t.Context(), email, mockdocspace.SeedPassword)
	if err != nil {
		t.Fatal(err)
	}
	app := flows.App{ID: registered.ID, Secret: registered.Secret, RedirectURI: registered.RedirectURIs[0], Scopes: scopes}
	tokens, err := portal.TokensHeadless(t.Context(), app, signature)
	if err != nil {
		t.Fatal(err)
	}
	return flows.NewAPI(mock.URL(), tokens.AccessToken, nil)
}

// An integration's whole day at a portal that answers as a real one.
func TestRoomsFoldersAndFiles(t *testing.T) {
	mock, err := mockdocspace.Start(t.Context(), mockdocspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = mock.Close() }()
	ctx := t.Context()
	api := signedIn(t, mock, "roomadmin@docspace.test", "accounts:read", "files:write", "rooms:write")

	room, err := api.CreateRoom(ctx, flows.NewRoom{Title: "Launch", Type: flows.RoomCustom, Tags: []string{"q3"}})
	if err != nil || room.RoomType != flows.RoomCustom || room.Tags[0] != "q3" {
		t.Fatalf("room %+v, %v", room, err)
	}
	if room, err = api.RenameRoom(ctx, room.ID, "Launch 2"); err != nil || room.Title != "Launch 2" {
		t.Errorf("renamed %+v, %v", room, err)
	}
	if found, err := api.Rooms(ctx, flows.Page{Search: "launch", SortBy: "AZ"}); err != nil || found.Total != 1 || found.Folders[0].ID != room.ID {
		t.Errorf("rooms %+v, %v", found, err)
	}
	folder, err := api.CreateFolder(ctx, room.ID, "drafts")
	if err != nil {
		t.Fatal(err)
	}
	if folder, err = api.RenameFolder(ctx, folder.ID, "Drafts"); err != nil || folder.Title != "Drafts" {
		t.Errorf("renamed %+v, %v", folder, err)
	}
	note, err := api.CreateText(ctx, folder.ID, "note", "hello")
	if err != nil || note.Title != "note.txt" || note.Size != 5 {
		t.Fatalf("note %+v, %v", note, err)
	}
	picture, err := api.Upload(ctx, folder.ID, "picture.png", strings.NewReader(strings.Repeat("x", 100_000)))
	if err != nil || picture.Size != 100_000 || picture.Version != 1 {
		t.Fatalf("upload %+v, %v", picture, err)
	}
	if again, err := api.Upload(ctx, folder.ID, "picture.png", strings.NewReader("y")); err != nil || again.Version != 2 {
		t.Errorf("second upload %+v, %v", again, err)
	}
	content, err := api.Download(ctx, note.ID)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(content)
	if _ = content.Close(); err != nil || string(text) != "hello" {
		t.Errorf("content %q, %v", text, err)
	}
	if note, err = api.RenameFile(ctx, note.ID, "letter.txt"); err != nil || note.Title != "letter.txt" {
		t.Errorf("renamed %+v, %v", note, err)
	}
	if err := api.Copy(ctx, flows.Transfer{Files: []int64{note.ID}, To: room.ID}); err != nil {
		t.Error(err)
	}
	if err := api.Move(ctx, flows.Transfer{Files: []int64{note.ID}, To: room.ID, Conflict: flows.Duplicate}); err != nil {
		t.Error(err)
	}
	inside, err := api.Folder(ctx, room.ID, flows.Page{Count: 10, SortBy: "AZ", Descending: true})
	if err != nil || inside.Total != 3 || inside.Files[0].Title != "letter.txt" || inside.Files[1].Title != "letter (1).txt" || inside.Folders[0].FilesCount != 1 {
		t.Errorf("room %+v, %v", inside, err)
	}
	for _, err := range []error{api.DeleteFile(ctx, note.ID), api.DeleteFolder(ctx, folder.ID), api.ArchiveRoom(ctx, room.ID)} {
		if err != nil {
			t.Error(err)
		}
	}
	var refused *flows.APIError
	if _, err := api.File(ctx, note.ID); !errors.As(err, &refused) || refused.Status != 404 || refused.Message != "The required file was not found" {
		t.Errorf("deleted file: %v", err)
	}
	if _, err := api.CreateText(ctx, room.ID, "late", "x"); !errors.As(err, &refused) || refused.Status != 403 || refused.ScopeMissing() {
		t.Errorf("archived room: %v", err)
	}
	if _, err := api.CreateRoom(ctx, flows.NewRoom{Title: strings.Repeat("x", 200), Type: flows.RoomCustom}); !errors.As(err, &refused) || len(refused.Fields["Title"]) != 1 || !strings.Contains(err.Error(), "Title: ") {
		t.Errorf("long title: %v", err)
	}
	if _, err := api.Download(ctx, 1<<40); !errors.As(err, &refused) || refused.Status != 404 {
		t.Errorf("download of nothing: %v", err)
	}
	if _, err := api.Self(ctx); !errors.As(err, &refused) || !refused.ScopeMissing() {
		t.Errorf("scope missing: %v", err)
	}
	if err := api.DeleteRoom(ctx, room.ID); err != nil {
		t.Error(err)
	}
	if _, err := api.Room(ctx, room.ID); !errors.As(err, &refused) || refused.Status != 404 {
		t.Errorf("deleted room: %v", err)
	}

	people, err := api.People(ctx, flows.Page{Search: "ursula"})
	if err != nil || people.Count != 1 || *people.Total != 1 {
		t.Fatalf("people %+v, %v", people, err)
	}
	if person, err := api.Person(ctx, people.Response[0].ID); err != nil || person.Email != "user@docspace.test" {
		t.Errorf("person %+v, %v", person, err)
	}
	groups, err := api.Groups(ctx, flows.Page{Count: 1})
	if err != nil || groups.Count != 1 {
		t.Fatalf("groups %+v, %v", groups, err)
	}
	if group, err := api.Group(ctx, groups.Response[0].ID); err != nil || len(group.Members) != group.MembersCount {
		t.Errorf("group %+v, %v", group, err)
	}
}

// A portal answers before its work is done; the client asks until it is.
func TestOperationsAreAwaited(t *testing.T) {
	polls := 0
	answer := func(w http.ResponseWriter, list any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"response": list, "statusCode": 200})
	}
	operation := func(finished bool, problem string) []map[string]any {
		return []map[string]any{{"id": "o", "finished": finished, "error": problem}}
	}
	outcome := func() any { return operation(true, "") }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			answer(w, operation(false, ""))
			return
		}
		if polls++; polls == 1 {
			answer(w, operation(false, ""))
			return
		}
		answer(w, outcome())
	}))
	defer server.Close()
	api := flows.NewAPI(server.URL, "t", nil)
	if err := api.DeleteFile(t.Context(), 1); err != nil || polls != 2 {
		t.Errorf("%d polls, %v", polls, err)
	}
	polls, outcome = 1, func() any { return []any{} } // the portal has forgotten it
	if err := api.DeleteFile(t.Context(), 1); err != nil {
		t.Error(err)
	}
	outcome = func() any { return operation(true, "no space") }
	if err := api.DeleteFile(t.Context(), 1); err == nil || !strings.Contains(err.Error(), "no space") {
		t.Errorf("failed operation: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	outcome = func() any { cancel(); return operation(false, "") }
	if err := api.DeleteFile(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}
