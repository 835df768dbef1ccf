package registration

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// found lists a validation's findings as "field code", sorted.
func found(a answer) []string {
	var document problem
	a.read(&document)
	var list []string
	for _, e := range document.Errors {
		list = append(list, e.Field+" "+e.Code)
	}
	slices.Sort(list)
	return list
}

func addresses(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = fmt.Sprintf("https://app.example.test/%d", i)
	}
	return list
}

// docs/portal/identity.md §7.3: each rule of the request, at create.
func TestCreateValidates(t *testing.T) {
	logo := func(payload string) string { return "data:image/png;base64," + payload }
	tests := []struct {
		name   string
		change map[string]any
		want   []string // none: created
	}{
		{"nothing wrong", nil, nil},
		{"name missing", map[string]any{"name": nil}, []string{"name EmptyFieldError"}},
		{"name blank and short", map[string]any{"name": " "}, []string{"name EmptyFieldError", "name ErrorName"}},
		{"name of two", map[string]any{"name": "ab"}, []string{"name ErrorName"}},
		{"name of three", map[string]any{"name": "abc"}, nil},
		{"name of 255", map[string]any{"name": strings.Repeat("n", 255)}, nil},
		{"name of 255 two-byte characters", map[string]any{"name": strings.Repeat("é", 255)}, nil},
		{"name of 257", map[string]any{"name": strings.Repeat("n", 257)}, []string{"name ErrorName"}},
		{"no description", map[string]any{"description": nil}, nil},
		{"empty description", map[string]any{"description": ""}, nil},
		{"description of 255", map[string]any{"description": strings.Repeat("d", 255)}, nil},
		{"description of 256", map[string]any{"description": strings.Repeat("d", 256)}, []string{"description ErrorName"}},
		{"logo missing", map[string]any{"logo": nil}, []string{"logo EmptyFieldError"}},
		{"logo blank", map[string]any{"logo": " "}, []string{"logo EmptyFieldError", "logo ErrorPattern", "logo ErrorPattern"}},
		{"logo of another kind", map[string]any{"logo": "data:image/gif;base64,R0lGODlh"}, []string{"logo ErrorPattern"}},
		{"logo svg", map[string]any{"logo": "data:image/svg+xml;base64,PHN2Zy8+"}, nil},
		{"logo without payload", map[string]any{"logo": logo("")}, []string{"logo ErrorPattern"}},
		{"logo not base64", map[string]any{"logo": logo("@@@@")}, []string{"logo ErrorPattern"}},
		{"logo without padding", map[string]any{"logo": logo("QQ")}, nil},
		{"logo with a line break", map[string]any{"logo": logo("QUJD\nQUJD")}, []string{"logo ErrorPattern", "logo ErrorPattern"}},
		{"logo of 256000 bytes", map[string]any{"logo": logo(base64.StdEncoding.EncodeToString(make([]byte, 256_000)))}, nil},
		{"logo of 256001 bytes", map[string]any{"logo": logo(base64.StdEncoding.EncodeToString(make([]byte, 256_001)))}, []string{"logo ErrorPattern"}},
		{"website missing", map[string]any{"website_url": nil}, []string{"website_url EmptyFieldError"}},
		{"website empty", map[string]any{"website_url": ""}, []string{"website_url EmptyFieldError", "website_url ErrorWrongURL"}},
		{"website on localhost", map[string]any{"website_url": "http://localhost:3000"}, []string{"website_url ErrorWrongURL"}},
		{"terms on an address", map[string]any{"terms_url": "http://127.0.0.1:3000/terms?a=b#c"}, nil},
		{"policy with a space", map[string]any{"policy_url": "https://app.example.test/a b"}, []string{"policy_url ErrorWrongURL"}},
		{"logout of another scheme", map[string]any{"logout_redirect_uri": "ftp://app.example.test"}, []string{"logout_redirect_uri ErrorWrongURL"}},
		{"redirects missing", map[string]any{"redirect_uris": nil}, []string{"redirect_uris EmptyFieldError", "redirect_uris ErrorWrongURL"}},
		{"redirects empty", map[string]any{"redirect_uris": []any{}}, []string{"redirect_uris ErrorName"}},
		{"twelve redirects", map[string]any{"redirect_uris": addresses(12)}, nil},
		{"thirteen redirects", map[string]any{"redirect_uris": addresses(13)}, []string{"redirect_uris ErrorName"}},
		{"thirteen with a repetition", map[string]any{"redirect_uris": append(addresses(12), addresses(1)...)}, nil},
		{"redirect to localhost", map[string]any{"redirect_uris": []any{"http://localhost:3000/cb?a=b#c"}}, nil},
		{"redirect to claude", map[string]any{"redirect_uris": []any{"claude://claude.ai/cb"}}, nil},
		{"redirect to another scheme", map[string]any{"redirect_uris": []any{"com.example:/cb"}}, []string{"redirect_uris ErrorWrongURL"}},
		{"redirect that is null", map[string]any{"redirect_uris": []any{nil}}, []string{"redirect_uris ErrorWrongURL"}},
		{"redirect with a broken escape", map[string]any{"redirect_uris": []any{"https://app.example.test/%zz"}}, []string{"redirect_uris ErrorWrongURL"}},
		{"scheme alone", map[string]any{"redirect_uris": []any{"https://"}}, []string{"redirect_uris ErrorWrongURL"}},
		{"origins missing", map[string]any{"allowed_origins": nil}, []string{"allowed_origins EmptyFieldError", "allowed_origins ErrorWrongURL"}},
		{"origin star", map[string]any{"allowed_origins": []any{"*"}}, []string{"allowed_origins ErrorWrongURL"}},
		{"scopes missing", map[string]any{"scopes": nil}, []string{"scopes EmptyFieldError"}},
		{"scopes empty", map[string]any{"scopes": []any{}}, []string{"scopes EmptyFieldError"}},
		{
			"several at once",
			map[string]any{"name": "ab", "logo": "x", "terms_url": "y", "scopes": []any{"nope"}},
			[]string{"logo ErrorPattern", "logo ErrorPattern", "name ErrorName", "terms_url ErrorWrongURL"},
		},
		{"unknown members", map[string]any{"nonsense": map[string]any{"a": []any{1}}, "Name": 5}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newPortal(t, nil).send(user, "POST", "/clients", body(tt.change))
			if tt.want == nil {
				a.want(http.StatusCreated, "")
				return
			}
			a.want(http.StatusBadRequest, "Validation failed")
			if got := found(a); !slices.Equal(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}

// docs/portal/identity.md §7.3: addresses without a scheme pass the first
// validation and fail in the second, which has a detail and no errors.
func TestCreateWantsSchemes(t *testing.T) {
	tests := []struct{ field, detail string }{
		{"website_url", "websiteUrl: website url is expected to be passed as a valid url"},
		{"terms_url", "termsUrl: terms url is expected to be passed as a valid url"},
		{"policy_url", "policyUrl: policy url is expected to be passed as a valid url"},
		{"logout_redirect_uri", "logoutRedirectUri: logout redirect uri is expected to be passed as a valid url"},
	}
	for _, tt := range tests {
		t.Run(tt.field, func(t *testing.T) {
			a := newPortal(t, nil).send(user, "POST", "/clients", body(map[string]any{tt.field: "app.example.test"}))
			a.want(http.StatusBadRequest, tt.detail)
			if _, has := a.members()["errors"]; has {
				t.Errorf("errors in %s", a.body)
			}
		})
	}
}

// docs/portal/identity.md §7.1 and §7.3: scopes are looked up last, with respect
// to letter case, and the answer is plain JSON.
func TestCreateRefusesUnknownScopes(t *testing.T) {
	a := newPortal(t, nil).send(user, "POST", "/clients", body(map[string]any{"scopes": []any{"files:read", "Files:read", "x"}}))
	a.want(http.StatusBadRequest, "")
	var document problem
	a.read(&document)
	want := violation{"scopes", "ErrorInvalidScope", "Invalid scopes: Files:read, x"}
	if a.header.Get("Content-Type") != "application/json" || !slices.Equal(document.Errors, []violation{want}) {
		t.Errorf("%s %s, want %+v as application/json", a.header.Get("Content-Type"), a.body, want)
	}
}

// docs/portal/identity.md §7.1, §7.3: what the rules admit and the columns don't.
func TestTooLongForItsColumn(t *testing.T) {
	long := "https://app.example.test/" + strings.Repeat("p", 240)
	tests := map[string]map[string]any{
		"name":          {"name": strings.Repeat("n", 256)},
		"website_url":   {"website_url": long},
		"redirect_uris": {"redirect_uris": []any{long}},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPortal(t, nil)
			p.send(user, "POST", "/clients", body(change)).want(http.StatusInternalServerError, "A database error occurred")
			if apps := p.send(user, "GET", "/clients", nil).want(http.StatusOK, "").members()["data"].([]any); len(apps) != 0 {
				t.Errorf("%d apps were written", len(apps))
			}
		})
	}
	p := newPortal(t, nil)
	id := p.register(user)
	p.send(user, "PUT", "/clients/"+id, body(map[string]any{"name": strings.Repeat("n", 256)})).
		want(http.StatusInternalServerError, "A database error occurred")
}

// docs/portal/identity.md §7.3, last paragraph but one: update has its own rules.
func TestUpdateValidates(t *testing.T) {
	tests := []struct {
		name   string
		change map[string]any
		want   []string // none: updated
	}{
		{"nothing wrong", nil, nil},
		{"only what can change", map[string]any{
			"website_url": nil, "terms_url": nil, "policy_url": nil,
			"logout_redirect_uri": nil, "redirect_uris": nil, "scopes": nil, "description": nil, "allow_pkce": nil,
		}, nil},
		{"immutable fields of any type", map[string]any{"redirect_uris": 5, "scopes": "x", "website_url": []any{}}, nil},
		{"name short", map[string]any{"name": "ab"}, []string{"name ErrorName"}},
		{"name missing", map[string]any{"name": nil}, []string{"name EmptyFieldError"}},
		{"description long", map[string]any{"description": strings.Repeat("d", 256)}, []string{"description ErrorName"}},
		{"logo of another kind", map[string]any{"logo": "data:image/gif;base64,R0lGODlh"}, []string{"logo ErrorPattern"}},
		{"logo not base64", map[string]any{"logo": "data:image/png;base64,@@@@"}, nil},
		{"logo missing", map[string]any{"logo": nil}, []string{"logo EmptyFieldError"}},
		{"origins missing", map[string]any{"allowed_origins": nil}, []string{"allowed_origins ErrorWrongURL"}},
		{"origins empty", map[string]any{"allowed_origins": []any{}}, []string{"allowed_origins ErrorName"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPortal(t, nil)
			a := p.send(user, "PUT", "/clients/"+p.register(user), body(tt.change))
			if tt.want == nil {
				a.wantEmpty(http.StatusOK)
				return
			}
			a.want(http.StatusBadRequest, "Validation failed")
			if got := found(a); !slices.Equal(got, tt.want) {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
}
