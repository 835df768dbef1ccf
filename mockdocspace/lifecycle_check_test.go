package mockdocspace_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"docspace-oauth/flows"
)

// check compares what every token is good for, and of one token and one session
// whether the API takes them.
func (m *machine) check() error {
	m.steps++
	for _, issued := range m.tokens {
		_, token, live := m.known.live(issued.value, m.now)
		found, err := m.flows.Introspect(context.Background(), issued.value)
		switch {
		case err != nil:
			return err
		case found.Active != live:
			return fmt.Errorf("token …%s is active: %t, want %t", issued.value[len(issued.value)-8:], found.Active, live)
		case live && !issued.refreshes && !sameScopes(strings.Fields(found.Scope), token.scopes):
			return fmt.Errorf("active for %q, want %v", found.Scope, token.scopes)
		}
	}
	return errors.Join(m.checkToken(), m.checkSession())
}

func (m *machine) checkToken() error {
	access := m.accessTokens()
	if len(access) == 0 {
		return nil
	}
	issued := access[m.steps%len(access)]
	want := http.StatusUnauthorized
	if _, token, live := m.known.live(issued.value, m.now); live {
		want = http.StatusForbidden
		if slices.Contains(token.scopes, "accounts.self:read") {
			want = http.StatusOK
		}
	}
	return m.self("Authorization", "Bearer "+issued.value, want)
}

func (m *machine) checkSession() error {
	if len(m.sessions) == 0 {
		return nil
	}
	token := m.sessions[m.steps%len(m.sessions)]
	want := http.StatusUnauthorized
	if session, there := m.known.sessions[token]; there && m.now.Before(session.expires) {
		want = http.StatusOK
	}
	return m.self("Cookie", "asc_auth_key="+token, want)
}

// self asks the API who the caller is.
func (m *machine) self(header, value string, want int) error {
	request, err := http.NewRequest(http.MethodGet, lifecycleBase+"/api/2.0/people/@self", nil)
	if err != nil {
		return err
	}
	request.Header.Set(header, value)
	response, err := m.client.Do(request)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(response.Body)
	if response.StatusCode != want {
		return fmt.Errorf("the API answers %s with %d, want %d: %s", header, response.StatusCode, want, body)
	}
	return err
}

// recent draws from a list, the later ones more often.
func recent[T any](t *rapid.T, list []T) T {
	n := min(len(list), 6)
	back := min(one(t, "which from the end", n), one(t, "or which", n))
	return list[len(list)-1-back]
}

func sameScopes(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func wantTokenError(err error, what, code string) error {
	var refusal *flows.TokenError
	if !errors.As(err, &refusal) || refusal.Code != code {
		return fmt.Errorf("%s: %v, want %s", what, err, code)
	}
	return nil
}

func wantLoginError(err error, code string) error {
	var login *flows.LoginRedirect
	if !errors.As(err, &login) || login.Code != code {
		return fmt.Errorf("authorize: %v, want %s", err, code)
	}
	return nil
}
