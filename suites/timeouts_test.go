package suites

import (
	"testing"

	"docspace-oauth/flows/browser"
	"docspace-oauth/suites/target"
)

// Journeys and checks get more time at a portal that may be at its limit, and where a
// person is asked; at a mock nothing takes longer.
func TestTimeoutsLeaveRoomForTheJourney(t *testing.T) {
	normal := browser.DefaultPatience()
	mock := &target.Target{Descriptor: target.Descriptor{Kind: target.KindMock}}
	if got := timeoutsAt(mock); got != DefaultTimeouts() {
		t.Errorf("at a mock: %+v", got)
	}
	if got := mock.BrowserOptions().Patience; got != (browser.Patience{}) {
		t.Errorf("patience at a mock: %+v", got)
	}
	live := &target.Target{Descriptor: target.Descriptor{Kind: target.KindURL}}
	journey := live.BrowserOptions().Patience.Journey
	if after := journey - normal.Reload - normal.Answer; after < normal.Journey/2 {
		t.Errorf("a journey of %s has %s before a blank page", journey, after)
	}
	if got := timeoutsAt(live); got.Browser <= journey || got.Check != DefaultTimeouts().Check {
		t.Errorf("at a portal: %+v", got)
	}
	paced := &target.Target{Descriptor: target.Descriptor{Kind: target.KindURL, Pacing: &target.Pacing{}}}
	if got := timeoutsAt(paced); got != pacedTimeouts() {
		t.Errorf("paced: %+v", got)
	}
	for _, watched := range []*target.Target{mock, live, paced} {
		before := timeoutsAt(watched).Browser
		watched.Headed = true
		if got := timeoutsAt(watched).Browser; got < before+normal.Person {
			t.Errorf("with a person %s, without %s", got, before)
		}
	}
}

// A person looks at one window at a time.
func TestHeadedRunHasOneWorker(t *testing.T) {
	r := &run{target: &target.Target{Descriptor: target.Descriptor{Headed: true}}}
	if r.jobs() != 1 {
		t.Errorf("%d workers", r.jobs())
	}
	r.options.Jobs = 3
	if r.jobs() != 3 {
		t.Errorf("%d workers instead of the three that were asked for", r.jobs())
	}
}
