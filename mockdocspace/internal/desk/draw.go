package desk

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"docspace-oauth/mockdocspace/control"
	"docspace-oauth/sequence"
)

// The lanes of a diagram.
const (
	laneApp     = "app"
	laneBrowser = "browser"
	lanePortal  = "portal"
	laneAPI     = "API"
)

// Diagram draws a flow.
func (f *Flow) Diagram() sequence.Diagram {
	var d sequence.Diagram
	seen := map[string]bool{}
	say := func(a sequence.Arrow) {
		seen[a.From], seen[a.To] = true, true
		d.Arrows = append(d.Arrows, a)
	}
	for i, x := range f.Steps {
		from, to := lanes(x)
		if i == maxSteps-1 {
			say(sequence.Arrow{From: to, To: from, Label: "… more before this, see the journal", Answer: true})
		}
		say(sequence.Arrow{From: from, To: to, Label: x.Method + " " + short(x.URL)})
		answer := sequence.Arrow{From: to, To: from, Label: fmt.Sprint(x.Status), Answer: true}
		switch {
		case x.Aborted:
			answer.Label, answer.Bad, answer.Why = "cut", true, "the connection was cut on purpose"
		case x.Status == 0:
			answer.Label = "no status"
		}
		target := location(x)
		if target != "" {
			answer.Label += " → " + short(target)
		}
		if x.Cause != nil && !isSignIn(x.Cause.Kind) {
			answer.Bad, answer.Why = true, x.Cause.Text
		}
		if len(x.Faults) > 0 {
			answer.Why = strings.TrimPrefix(answer.Why+" · fault "+strings.Join(x.Faults, ", "), " · ")
		}
		say(answer)
		// The portal doesn't see the next step, but there is no other.
		if from == laneBrowser && toApp(target) {
			say(sequence.Arrow{From: laneBrowser, To: laneApp, Label: "GET " + short(target)})
		}
	}
	for _, lane := range []string{laneApp, laneBrowser, lanePortal, laneAPI} {
		if seen[lane] {
			d.Participants = append(d.Participants, lane)
		}
	}
	return d
}

// lanes are who sent an exchange's request, and to whom.
func lanes(x control.Exchange) (from, to string) {
	from, to = laneApp, lanePortal
	path, _, _ := strings.Cut(x.URL, "?")
	if byBrowser(x) {
		from = laneBrowser
	}
	oauth := strings.HasPrefix(path, "/api/2.0/oauth2/")
	if (strings.HasPrefix(path, "/api/") || strings.HasPrefix(strings.ToLower(path), "/apisystem/")) && !oauth {
		to = laneAPI
	}
	return from, to
}

// byBrowser goes by the headers that browsers alone send (Fetch Metadata).
func byBrowser(x control.Exchange) bool {
	return len(x.Request.Header["Sec-Fetch-Mode"]) > 0 || slices.ContainsFunc(x.Request.Header["User-Agent"], func(agent string) bool {
		return strings.HasPrefix(agent, "Mozilla/")
	})
}

// toApp reports whether an answer sends the browser to the app: an outcome of the
// authorization at an address that is none of the portal's pages.
func toApp(target string) bool {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || strings.HasPrefix(u.Path, "/login") || strings.HasPrefix(u.Path, "/oauth2/") {
		return false
	}
	q := u.Query()
	return q.Has("code") || q.Has("error") || strings.Contains(u.Fragment, "code=")
}

// short is an address's path and what of its query tells the story.
func short(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	var told []string
	q := u.Query()
	for _, name := range []string{"error", "code", "state", "key"} {
		switch value := q.Get(name); {
		case value == "":
		case name == "error":
			told = append(told, "error="+value)
		default:
			told = append(told, name)
		}
	}
	text := u.Path
	if len(told) > 0 {
		text += "?" + strings.Join(told, "&")
	}
	if runes := []rune(text); len(runes) > 44 {
		text = string(runes[:43]) + "…"
	}
	return text
}
