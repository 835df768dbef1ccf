package suites

import (
	"testing"

	"docspace-oauth/flows/browser"
	"docspace-oauth/suites/target"
)

// Journeys and checks get more time at a portal that may be at its limit; at a mock
// nothing takes longer.
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
}
