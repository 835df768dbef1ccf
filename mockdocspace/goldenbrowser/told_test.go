package goldenbrowser_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// lines tell a step as text, one fact a line, for comparison.
func (s step) lines() []string {
	var l []string
	add := func(format string, arguments ...any) { l = append(l, fmt.Sprintf(format, arguments...)) }
	fact := func(name, value string) {
		if value != "" {
			add("  %s %s", name, value)
		}
	}
	switch s.Kind {
	case "navigation", "xhr":
		add("%s %s %s", s.Kind, s.Method, s.URL)
		add("  status %d", s.Status)
		fact("caused by", s.CausedBy)
		fact("location", s.Location)
		fact("x-redirect-uri", s.XRedirectURI)
		for _, line := range s.SetCookie {
			// The order of attributes means nothing.
			pair, attributes, _ := strings.Cut(line, "; ")
			fact("set-cookie", strings.Join(append([]string{pair}, slices.Sorted(slices.Values(strings.Split(attributes, "; ")))...), "; "))
		}
		fact("cookies", strings.Join(slices.Sorted(slices.Values(s.RequestCookies)), " "))
		for _, name := range slices.Sorted(maps.Keys(s.RequestHeaders)) {
			fact(name+":", s.RequestHeaders[name])
		}
		if s.RequestBody != nil {
			fact("body", asJSON(s.RequestBody))
		}
	case "script-cookie":
		add("cookie written: %s", s.Cookie)
	case "script-storage":
		add("%s %s", s.Op, s.Key)
	case "script-open":
		add("open %s in %s", s.URL, s.Target)
	case "history":
		add("history %s", s.URL)
	case "html-parsed":
		add("parsed %s", s.URL)
		for _, part := range []struct {
			name  string
			there bool
		}{{"allow button", s.AllowButton}, {"loader", s.AppLoader}, {"login form", s.LoginForm}, {"error screen", s.ErrorContainer}} {
			if part.there {
				add("  has %s", part.name)
			}
		}
		fact("cookies", strings.Join(slices.Sorted(slices.Values(s.ScriptVisibleCookies)), " "))
	case "page":
		add("page %s at %s", s.Name, s.URL)
		fact("title", s.Title)
		for _, h := range s.Headings {
			fact("heading", h)
		}
		each(&l, "input", s.Inputs)
		each(&l, "button", s.Buttons)
		each(&l, "link", s.Links)
		each(&l, "image", s.Images)
		for _, id := range slices.Compact(slices.Sorted(slices.Values(s.TestIDs))) {
			fact("test id", id)
		}
		for _, id := range slices.Compact(slices.Sorted(slices.Values(s.IDs))) {
			fact("id", id)
		}
		for _, address := range s.History {
			fact("history", address)
		}
		cookies := slices.SortedFunc(slices.Values(s.Cookies), func(a, b cookie) int {
			return strings.Compare(a.Host+" "+a.Name, b.Host+" "+b.Name)
		})
		each(&l, "cookie", cookies)
		fact("localStorage", strings.Join(slices.Sorted(slices.Values(s.LocalStorage)), " "))
		fact("sessionStorage", strings.Join(slices.Sorted(slices.Values(s.SessionStorage)), " "))
	}
	return l
}

func each[T any](l *[]string, name string, all []T) {
	for _, one := range all {
		*l = append(*l, "  "+name+" "+asJSON(one))
	}
}

func asJSON(value any) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(b.String())
}

// strands are the steps that happen in one order: what goes over the network, what
// scripts do, and what is there to see. Between the strands order is chance.
var strands = []struct {
	name  string
	kinds []string
}{
	{"requests", []string{"navigation", "xhr"}},
	{"script", []string{"script-cookie", "script-storage", "script-open", "history"}},
	{"documents", []string{"html-parsed"}},
	{"pages", []string{"page"}},
}

func strand(steps []step, kinds []string) (kept []step) {
	for _, s := range steps {
		if slices.Contains(kinds, s.Kind) {
			kept = append(kept, s)
		}
	}
	return kept
}
