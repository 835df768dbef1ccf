package mockdocspace_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/control"
)

// Whatever is switched on, off and reset in whatever order: the control API never
// breaks, lists what is on, and after a reset nothing is.
func TestRandomControlOfFaults(t *testing.T) {
	portal, err := mockdocspace.New(mockdocspace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = portal.Close() }()
	var names []string
	for _, fault := range mockdocspace.Faults() {
		names = append(names, fault.Name)
	}
	names = append(names, "no.such-fault", "")
	const sequencesPerCheck = 10 // rapid makes a hundred checks
	rapid.Check(t, func(t *rapid.T) {
		for range sequencesPerCheck {
			on := map[int]bool{}
			for range rapid.IntRange(1, 8).Draw(t, "calls") {
				switch rapid.SampledFrom([]string{"add", "add", "add", "remove", "clear", "list", "other", "other", "reset"}).Draw(t, "call") {
				case "add":
					status, body := controlled(t, portal, http.MethodPost, "faults", drawnFault(t, names))
					if status != http.StatusOK {
						continue // refused
					}
					var active control.ActiveFault
					if err := json.Unmarshal(body, &active); err != nil {
						t.Fatalf("%v: %s", err, body)
					}
					on[active.ID] = true
				case "remove":
					id := rapid.IntRange(-1, 5).Draw(t, "id")
					if len(on) > 0 {
						id += slices.Min(slices.Collect(maps.Keys(on)))
					}
					status, _ := controlled(t, portal, http.MethodDelete, fmt.Sprintf("faults/%d", id), nil)
					if on[id] != (status == http.StatusNoContent) {
						t.Fatalf("removing %d, on: %v, answers %d", id, on[id], status)
					}
					delete(on, id)
				case "clear":
					controlled(t, portal, http.MethodDelete, "faults", nil)
					clear(on)
				case "list":
				case "other":
					drawnControl(t, portal)
				case "reset":
					controlled(t, portal, http.MethodPost, "reset", nil)
					clear(on)
				}
				var list []control.ActiveFault
				if _, body := controlled(t, portal, http.MethodGet, "faults", nil); json.Unmarshal(body, &list) != nil || len(list) != len(on) {
					t.Fatalf("%d faults are on, listed are %s", len(on), body)
				}
			}
			controlled(t, portal, http.MethodPost, "reset", nil)
			if status, body := controlled(t, portal, http.MethodGet, "faults", nil); strings.TrimSpace(string(body)) != "[]" {
				t.Fatalf("after a reset: %d %s", status, body)
			}
		}
	})
}

// drawnControl is any other call of the control API, whether it makes sense or not.
func drawnControl(t *rapid.T, portal http.Handler) {
	text := func(label string, known ...string) string {
		return rapid.OneOf(rapid.SampledFrom(append(known, "", "\x00", "nobody")), rapid.StringN(0, 20, 60)).Draw(t, label)
	}
	body := map[string]any{}
	call := rapid.SampledFrom([]string{
		"POST clock/freeze", "POST clock/advance", "POST clock/set", "POST clock/resume", "GET clock",
		"PUT snapshots/", "POST snapshots/", "DELETE snapshots/", "GET snapshots",
		"POST users", "POST apps", "POST sessions", "DELETE users/", "DELETE apps/", "PATCH users/", "GET journal", "DELETE journal", "GET portal",
	}).Draw(t, "control")
	method, path, _ := strings.Cut(call, " ")
	switch call {
	case "POST clock/advance":
		body["by"] = text("by", "61s", "24h", "-1h")
	case "POST clock/set":
		body["to"] = text("to", "2030-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
	case "PUT snapshots/", "DELETE snapshots/":
		path += url.PathEscape(text("snapshot", "a", "b"))
	case "POST snapshots/":
		path += url.PathEscape(text("snapshot", "a", "b")) + "/restore"
	case "POST users":
		body["email"], body["type"] = text("email", "new@docspace.test", "user@docspace.test"), text("type", "user", "guest")
	case "PATCH users/", "DELETE users/":
		path += url.PathEscape(text("user"))
	case "DELETE apps/":
		path += url.PathEscape(text("app"))
	case "POST apps":
		body["redirect_uris"] = []string{text("redirect", "http://127.0.0.1/cb")}
	case "POST sessions":
		body["user"] = text("user", "user@docspace.test")
	}
	controlled(t, portal, method, path, body)
}

// drawnFault is a request to switch a fault on that need not make sense.
func drawnFault(t *rapid.T, names []string) map[string]any {
	request := map[string]any{"name": rapid.SampledFrom(names).Draw(t, "name")}
	moment := func() any { return time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "moment"), 0).UTC() }
	members := map[string]func() any{
		"app": func() any {
			return rapid.SampledFrom([]string{"", "a", "\x00", strings.Repeat("x", 100)}).Draw(t, "app")
		},
		"user":        func() any { return rapid.SampledFrom([]string{"", "u"}).Draw(t, "user") },
		"value":       func() any { return rapid.SampledFrom([]string{"", "3s", "-1s", "soon", "999999999h"}).Draw(t, "value") },
		"tenant":      func() any { return rapid.Int64().Draw(t, "tenant") },
		"uses":        func() any { return rapid.Int64().Draw(t, "uses") },
		"probability": func() any { return rapid.Float64Range(-1, 2).Draw(t, "probability") },
		"seed":        func() any { return rapid.Uint64().Draw(t, "seed") },
		"from":        moment,
		"until":       moment,
		"answer": func() any {
			return map[string]any{"path": rapid.String().Draw(t, "path"), "status": rapid.IntRange(0, 999).Draw(t, "status")}
		},
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if rapid.IntRange(0, 3).Draw(t, "with "+name) == 0 {
			request[name] = members[name]()
		}
	}
	return request
}

// controlled is a call of the control API; a server error fails the test.
func controlled(t *rapid.T, portal http.Handler, method, path string, in any) (int, []byte) {
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(method, "http://127.0.0.1/mock/"+path, strings.NewReader(string(body)))
	request.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	portal.ServeHTTP(answer, request)
	if answer.Code >= 500 {
		t.Fatalf("%s %s of %s: %d %s", method, path, body, answer.Code, answer.Body)
	}
	return answer.Code, answer.Body.Bytes()
}

// Tests that run side by side, each with an app of its own, never see each other's
// faults.
func TestAppsDoNotShareFaults(t *testing.T) {
	t.Parallel()
	mock := startMock(t, mockdocspace.Options{})
	var tests sync.WaitGroup
	for i := range 8 {
		app := fmt.Sprintf("0000000%d-0000-4000-8000-000000000000", i)
		tests.Go(func() {
			for range 10 {
				own := i%2 == 0
				var active control.ActiveFault
				want := http.StatusUnauthorized // the portal knows no such app
				if own {
					var err error
					if active, err = mock.Control().AddFault(t.Context(), control.FaultRequest{Name: "answer.token.503", App: app}); err != nil {
						t.Error(err)
						return
					}
					want = http.StatusServiceUnavailable
				}
				if got := ask(t, http.MethodPost, mock.URL()+"/oauth2/token", demoRefused(app), nil); got.status != want {
					t.Errorf("app %d hears %d instead of %d", i, got.status, want)
				}
				if own {
					if err := mock.Control().RemoveFault(t.Context(), active.ID); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	tests.Wait()
}
