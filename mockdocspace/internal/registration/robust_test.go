package registration

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// docs/portal/identity.md §7.1: whatever is no JSON object of the right types is
// one problem document.
func TestUnreadableBodies(t *testing.T) {
	valid, err := json.Marshal(body(nil))
	if err != nil {
		t.Fatal(err)
	}
	with := func(member string) string { return strings.TrimSuffix(string(valid), "}") + "," + member + "}" }
	tests := []struct {
		name, body string
		status     int
	}{
		{"nothing", "", 500},
		{"cut", `{"name":`, 500},
		{"null", "null", 500},
		{"list", "[1]", 500},
		{"text", `"x"`, 500},
		{"two objects", string(valid) + string(valid), 500},
		{"not UTF-8", with(`"description":"` + "\xff\xfe" + `"`), 500},
		{"raw NUL", with(`"description":"` + "\x00" + `"`), 500},
		{"escaped NUL", with(`"description":"\u0000"`), 201},
		{"lone surrogate", with(`"description":"\ud800"`), 201},
		{"byte order mark", "\xef\xbb\xbf" + string(valid), 201},
		{"object for a text", with(`"name":{"a":1}`), 500},
		{"list for a text", with(`"logo":["a"]`), 500},
		{"number for a text", with(`"name":12345`), 201},
		{"text for a list", with(`"scopes":"openid"`), 500},
		{"object in a list", with(`"scopes":[{}]`), 500},
		{"word for a boolean", with(`"allow_pkce":"maybe"`), 500},
		{"fraction for a boolean", with(`"allow_pkce":0.5`), 500},
		{"object for an ignored boolean", with(`"is_public":{}`), 500},
		{"null for a boolean", with(`"allow_pkce":null`), 201},
		{"number for a boolean", with(`"allow_pkce":1`), 201},
		{"member twice, the last counts", `{"name":{},` + string(valid)[1:], 201},
		{"deep nesting in an unknown member", with(`"x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000)), 201},
		{"bottomless nesting", with(`"x":` + strings.Repeat("[", 1_000_000)), 500},
		{"10 MB of logo", with(`"logo":"data:image/png;base64,` + strings.Repeat("QUJD", 2_500_000) + `"`), 400},
		{"10 MB of nothing", strings.Repeat(" ", 10<<20), 500},
		{"more than is read", with(`"x":"` + strings.Repeat("x", maxBody) + `"`), 500},
		{"100000 redirect URIs", with(`"redirect_uris":[` + strings.TrimSuffix(strings.Repeat(`"https://a.example.test",`, 100_000), ",") + `]`), 201},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newPortal(t, nil).send(user, "POST", "/clients", tt.body).want(tt.status, "")
			if tt.status == http.StatusInternalServerError {
				a.want(tt.status, "Something went wrong")
			}
		})
	}
}

// Distinct entries are the costly ones: they are compared with each other.
func TestManyDistinctEntriesAreReadQuickly(t *testing.T) {
	document := body(map[string]any{"redirect_uris": addresses(100_000)})
	a := newPortal(t, nil).send(user, "POST", "/clients", document).want(http.StatusBadRequest, "Validation failed")
	if got := found(a); !slices.Equal(got, []string{"redirect_uris ErrorName"}) {
		t.Errorf("found %q", got)
	}
}

// FuzzBodies sends any body to each route that reads one: never a panic, always
// an answer of §7.1 without what it must not hold.
func FuzzBodies(f *testing.F) {
	valid, err := json.Marshal(body(nil))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(valid)
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"status":"true"}`))
	f.Add([]byte(`{"name":null,"scopes":[null],"redirect_uris":[1,true,"x"]}`))
	f.Add([]byte("\xff{"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := newPortal(t, nil)
		id := p.register(user)
		for method, path := range map[string]string{"POST": "/clients", "PUT": "/clients/" + id, "PATCH": "/clients/" + id + "/activation"} {
			a := p.send(user, method, path, string(data))
			switch a.status {
			case http.StatusOK, http.StatusCreated:
			case http.StatusBadRequest, http.StatusInternalServerError:
				var document problem
				a.read(&document)
				if document.Type != problemType || document.Status != a.status || document.Detail == "" {
					t.Errorf("%s %s: %s", method, path, a.body)
				}
			default:
				t.Errorf("%s %s: status %d", method, path, a.status)
			}
		}
		p.send(user, "GET", "/clients/"+id, nil).want(http.StatusOK, "")
	})
}

// FuzzRequests sends any path, method and query.
func FuzzRequests(f *testing.F) {
	f.Add("GET", "/clients", "limit=1")
	f.Add("PATCH", "/clients/x/activation", "")
	f.Add("OPTIONS", "/clients/%2e%2e/info", "limit=%zz")
	f.Add("GET", "/clients/consents", "limit=5&last_modified_on=2026-03-01T09:30:00Z")
	f.Fuzz(func(t *testing.T, method, path, query string) {
		p := newPortal(t, nil)
		r, err := http.NewRequestWithContext(t.Context(), method, "http://127.0.0.1/api/2.0"+path+"?"+query, nil)
		if err != nil {
			return
		}
		a := p.send(user, "GET", "/scopes", nil, func(sent *http.Request) { sent.Method, sent.URL = r.Method, r.URL })
		if !slices.Contains([]int{200, 400, 403, 404, 500}, a.status) {
			t.Errorf("status %d", a.status)
		}
		if a.status == http.StatusInternalServerError && !strings.Contains(string(a.body), problemType) {
			t.Errorf("body %s", a.body)
		}
	})
}
