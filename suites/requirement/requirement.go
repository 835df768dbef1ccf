// Package requirement is the catalogue of what the suites check: one entry per
// rule, with its source, its level, why it matters and how a portal is mended.
// It holds no checks. Which outcome a portal version is known to give is data:
// see Deviations.
package requirement

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Level is how binding a rule is: the words of RFC 2119 as in the cited text, or
// DOCSPACE for the portal's own documented or observed contract.
type Level string

// The levels.
const (
	Must     Level = "MUST"
	Should   Level = "SHOULD"
	May      Level = "MAY"
	DocSpace Level = "DOCSPACE"
)

// Outcome is what the reference portal is known to do.
type Outcome string

const (
	// Conforms: the check passes.
	Conforms Outcome = "ok"
	// Deviates: the check fails, is known to, and stands in a deviation file.
	Deviates Outcome = "dev"
	// Either: both outcomes are accepted and reported (a data race is no contract).
	Either Outcome = "either"
	// NotOffered: the portal does not have what the check is about.
	NotOffered Outcome = "n/a"
)

// Need is something that a check cannot do without.
type Need string

const (
	// NeedsBrowser: the check drives a Chromium.
	NeedsBrowser Need = "browser"
	// NeedsPages: the check asks for the portal's pages, without a browser.
	NeedsPages Need = "pages"
	// NeedsControl: the check uses the mock's control API.
	NeedsControl Need = "control"
	// NeedsOwnPortal: the check changes the portal as a whole (clock, keys,
	// limits), so it runs against a mock of its own; implies NeedsControl.
	NeedsOwnPortal Need = "own-portal"
	// NeedsSecondPortal: the check needs a second portal of the same installation.
	NeedsSecondPortal Need = "second-portal"
	// NeedsSlow: the check waits for real time to pass (--slow).
	NeedsSlow Need = "slow"
	// NeedsRaces: the check fires many requests at once (--races).
	NeedsRaces Need = "races"
	// NeedsDestructive: the check deletes more than it made (--allow-destructive).
	NeedsDestructive Need = "destructive"
	// NeedsLimits: the check exhausts a rate limit, so the portal of its own has the
	// limits on; goes with NeedsOwnPortal.
	NeedsLimits Need = "limits"
)

// Requirement is one rule and what is known about it.
type Requirement struct {
	ID        string   `json:"id"`        // source/section/slug, never changed
	Suite     string   `json:"suite"`     // topic, see Suites
	Level     Level    `json:"level"`     //
	Title     string   `json:"title"`     // what is checked
	Reference string   `json:"reference"` // link, or a section of docs/portal
	Why       string   `json:"why"`       // what goes wrong for people if it is broken
	Fix       string   `json:"fix"`       // what to do at the portal
	Portal    Outcome  `json:"portal"`    // what DocSpace 3.7.2 does
	Known     string   `json:"known,omitempty"`
	Faults    []string `json:"faults,omitempty"` // the mock's misbehaviours that the check must catch
	Needs     []Need   `json:"needs,omitempty"`
}

// Has reports whether the check needs n.
func (r Requirement) Has(n Need) bool { return slices.Contains(r.Needs, n) }

// Suites lists the topics in the order of the report.
func Suites() []string {
	names := make([]string, 0, len(catalogue))
	for _, topic := range catalogue {
		names = append(names, topic.suite)
	}
	return names
}

// All returns the catalogue in the order of the report.
func All() []Requirement { return slices.Clone(all) }

// Find returns the requirement with that id.
func Find(id string) (Requirement, bool) {
	at, ok := index[id]
	if !ok {
		return Requirement{}, false
	}
	return all[at], true
}

// Select returns the requirements of the named suites whose id matches one of
// the patterns (path.Match, with ** for any number of segments at the end; a
// pattern without a slash matches the last segment). Nothing named means all.
// An unknown suite, a malformed pattern, or one that matches nothing is an error.
func Select(suites, patterns []string) ([]Requirement, error) {
	for _, s := range suites {
		if !slices.Contains(Suites(), s) {
			return nil, fmt.Errorf("no suite %q: there are %s", s, strings.Join(Suites(), ", "))
		}
	}
	var chosen []Requirement
	used := make([]bool, len(patterns))
	for _, r := range all {
		if len(suites) > 0 && !slices.Contains(suites, r.Suite) {
			continue
		}
		take := len(patterns) == 0
		for i, p := range patterns {
			ok, err := matches(p, r.ID)
			if err != nil {
				return nil, fmt.Errorf("pattern %q: %w", p, err)
			}
			if ok {
				take, used[i] = true, true
			}
		}
		if take {
			chosen = append(chosen, r)
		}
	}
	for i, p := range patterns {
		if !used[i] {
			return nil, fmt.Errorf("no check has an id like %q", p)
		}
	}
	return chosen, nil
}

func matches(pattern, id string) (bool, error) {
	if head, ok := strings.CutSuffix(pattern, "/**"); ok {
		return strings.HasPrefix(id, head+"/"), nil
	}
	if !strings.Contains(pattern, "/") {
		return path.Match(pattern, path.Base(id))
	}
	return path.Match(pattern, id)
}

type topic struct {
	suite string
	rows  []Requirement
}

// catalogue in the order of the report.
var catalogue = []topic{
	{"metadata", metadata},
	{"authorize", authorize},
	{"callback", callback},
	{"journey", journey},
	{"token", token},
	{"pkce", pkce},
	{"refresh", refresh},
	{"revoke", revoke},
	{"introspect", introspect},
	{"openid", openid},
	{"api", api},
	{"registration", registration},
	{"race", race},
	{"robust", robust},
}

var all, index = func() ([]Requirement, map[string]int) {
	var rows []Requirement
	at := map[string]int{}
	for _, t := range catalogue {
		for _, r := range t.rows {
			r.Suite = t.suite
			if r.Portal == "" {
				r.Portal = Conforms
			}
			if r.Reference == "" {
				r.Reference = reference(r.ID)
			}
			at[r.ID] = len(rows)
			rows = append(rows, r)
		}
	}
	return rows, at
}()

// reference derives the link from an id that begins with a specification and its
// section. The OpenID documents have anchors by title, so the link is to the page.
func reference(id string) string {
	source, rest, _ := strings.Cut(id, "/")
	section, _, _ := strings.Cut(rest, "/")
	switch {
	case strings.HasPrefix(source, "rfc"):
		return "https://www.rfc-editor.org/rfc/" + source + "#section-" + section
	case source == "oidc-core":
		return "https://openid.net/specs/openid-connect-core-1_0.html §" + section
	case source == "oidc-discovery":
		return "https://openid.net/specs/openid-connect-discovery-1_0.html §" + section
	}
	return ""
}
