package goldenbrowser_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if launched {
		if b, err := chromium(); err == nil {
			if err := b.Close(); err != nil {
				fmt.Println(err)
				code = 1
			}
		}
	}
	os.Exit(code)
}

var launched bool

// TestReplay does on the mock what was done at the real portal's pages.
func TestReplay(t *testing.T) {
	if testing.Short() {
		t.Skip("needs Chromium")
	}
	launched = true
	journeys := load(t)
	for _, id := range slices.Sorted(maps.Keys(journeys)) {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			replay(t, journeys[id])
		})
	}
	t.Cleanup(func() { // after the parallel ones
		if !t.Failed() && !filtered() {
			for _, d := range differences {
				if !d.used.Load() {
					t.Errorf("no journey shows the difference %q any more", d.reason)
				}
			}
		}
	})
}

// filtered says whether only some journeys run.
func filtered() bool {
	return slices.ContainsFunc(os.Args, func(a string) bool { return strings.Contains(a, "test.run") && strings.Contains(a, "/") })
}

func replay(t *testing.T, j journey) {
	recorded := j.onTheMock()
	seen := act(t, recorded, scenes(t, j.ID), 0)
	if t.Failed() {
		return
	}
	for _, s := range strands {
		compare(t, j.ID, s.name, strand(recorded, s.kinds), strand(seen, s.kinds))
	}
}

// act does a journey on a mock of its own and returns what was seen. Where the mock is
// to differ, wait says how long to wait for what doesn't come; 0 as usual.
func act(t *testing.T, recorded []step, sc scene, wait time.Duration) (seen []step) {
	s := newStage(t, sc.https, sc.several, sc.config)
	withTab(t, s, func(b *tab) {
		if wait > 0 {
			b.wait = wait
		}
		if sc.before != nil {
			sc.before(b)
		}
		perform(b, recorded)
		if !t.Failed() {
			seen = slices.Concat(s.requests(), b.scriptSteps(), b.pages)
		}
	})
	return seen
}

// onTheMock are the journey's steps with the framework's ways taken out.
func (j journey) onTheMock() []step {
	steps := make([]step, len(j.Steps))
	for i, s := range j.Steps {
		steps[i] = s.onTheMock()
	}
	return steps
}

// perform does the tester's part and takes the pages.
func perform(b *tab, recorded []step) {
	requests, events := 0, 0
	opened, at := "", "" // the last address opened, and of the last page
	for _, x := range recorded {
		switch x.Kind {
		case "driver":
			if strings.Contains(x.Action, "held back") {
				b.prepared()
			} else {
				b.settled(requests, events, at)
			}
			opened, at = x.URL, ""
			b.perform(x)
		case "navigation":
			if x.emptiesProfile(opened) {
				b.settled(requests, events, "")
				b.open(b.stage.real(x.URL))
				b.settled(requests+1, events, x.URL)
				b.empty()
				events++ // the mock's document
			}
			if x.Status != 0 {
				requests++
			}
		case "xhr":
			requests++
		case "script-cookie", "script-storage", "script-open", "history", "html-parsed":
			events++
		case "page":
			if b.t.Failed() {
				return
			}
			b.settled(requests, events, x.URL)
			at = x.URL
			b.pages = append(b.pages, b.snapshot(x.Name))
		}
	}
	b.settled(requests, events, at)
}

// emptiesProfile says whether a navigation is the tester's way to forget cookies and
// storage in between: the portal's root is opened, though no step tells of it.
func (s step) emptiesProfile(opened string) bool {
	return s.Kind == "navigation" && s.CausedBy == "driver" && s.URL != opened && s.URL == "{portal}/"
}

// onTheMock is a recorded step with the framework's ways taken out: the real form
// signs in through a server action, whose body the framework wraps up; the mock's
// calls the same address from the page, as the portal's cloud edition does
// (docs/portal/browser-flow.md §3.1 step 3).
func (s step) onTheMock() step {
	if s.Kind != "server-action" {
		return s
	}
	origin := s.RequestHeaders["origin"]
	wrapped, _ := s.RequestBody.([]any)
	call := step{
		Kind: "xhr", Method: s.Method, Status: s.Status, URL: origin + "/apisystem/portal/signin", RequestCookies: s.RequestCookies,
		RequestHeaders: map[string]string{"accept": "application/json, text/plain, */*", "content-type": "application/json", "origin": origin},
	}
	if len(wrapped) == 1 {
		call.RequestBody = wrapped[0]
	}
	return call
}

// compare tells every difference that has no reason.
func compare(t *testing.T, id, name string, recorded, seen []step) {
	t.Helper()
	recorded, seen = withoutAborted(recorded, seen)
	for i := range min(len(recorded), len(seen)) {
		// Ids are background: the mock may have more of them, for labels.
		seen[i].IDs = slices.DeleteFunc(seen[i].IDs, func(id string) bool { return !slices.Contains(recorded[i].IDs, id) })
	}
	var left, right []string
	for _, x := range recorded {
		left = append(left, excused(id, x.lines(), fromRecording)...)
	}
	for _, x := range seen {
		right = append(right, excused(id, x.lines(), fromMock)...)
	}
	if diff := cmp.Diff(left, right); diff != "" {
		t.Errorf("%s, %s (- recorded, + mock):\n%s", id, name, diff)
	}
}

// withoutAborted leaves navigations out that another one overtook before there was an
// answer: whether the portal sees those, and when, is chance.
func withoutAborted(recorded, seen []step) (left, right []step) {
	aborted := func(s step) bool { return s.Kind == "navigation" && s.Status == 0 }
	right = slices.DeleteFunc(slices.Clone(seen), aborted)
	for _, x := range recorded {
		if !aborted(x) {
			left = append(left, x)
			continue
		}
		for at := len(left); at < min(len(left)+2, len(right)); at++ {
			if right[at].URL == x.URL && right[at].CausedBy == x.CausedBy { // answered after all
				end := at + 1
				for end < len(right) && right[end].CausedBy == "redirect" { // and its redirects followed
					end++
				}
				right = slices.Delete(right, at, end)
				break
			}
		}
	}
	return left, right
}
