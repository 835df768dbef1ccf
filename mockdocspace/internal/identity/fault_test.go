package identity_test

import (
	"maps"
	"slices"
	"testing"

	"docspace-oauth/mockdocspace/internal/rules"
)

// faultProbe is what shows a fault: what a portal answers without and with it.
type faultProbe struct {
	without, with string
	probe         func(p *portal) string
	strict        bool // on the profile strict; docspace behaves so anyhow
	byOther       bool // it is the other user who acts
	everyoneOnly  bool // the probe names no app the fault could be aimed at
}

func probes() map[string]faultProbe {
	all := maps.Clone(authorizeFaults)
	for _, more := range []map[string]faultProbe{tokenFaults, refreshFaults, documentFaults, requestFaults, flawFaults} {
		maps.Copy(all, more)
	}
	return all
}

// Each fault that changes what this package reads has a probe.
func TestEveryFaultHasAProbe(t *testing.T) {
	known := probes()
	elsewhere := []string{"consent.revoke-keeps-tokens", "pages.frameable"} // shown at registration and at the pages
	for _, fault := range rules.Faults() {
		before, after := rules.Strict(), rules.Strict()
		fault.Change(&after)
		changed := before.Authorize != after.Authorize || before.Consent != after.Consent || before.Token != after.Token ||
			before.PKCE != after.PKCE || before.Refresh != after.Refresh || before.Revoke != after.Revoke ||
			before.Introspect != after.Introspect || before.OpenID != after.OpenID || before.Metadata != after.Metadata || before.JWT != after.JWT || before.Clock != after.Clock
		if _, has := known[fault.Name]; changed && !has && !slices.Contains(elsewhere, fault.Name) {
			t.Errorf("%s has no probe", fault.Name)
		}
	}
}

// Each fault that acts here shows; aimed at one app or user it shows there and nowhere else.
func TestFaults(t *testing.T) {
	for name, f := range probes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fault, known := rules.FaultNamed(name)
			if !known {
				t.Fatal("the catalogue does not know it")
			}
			observe := func(aim func(*portal) (rules.Subject, bool)) string {
				p := newPortal(t, func(r *rules.Rules) {
					if f.strict {
						*r = rules.Strict()
					}
				})
				if subject, on := aim(p); on {
					aimAt(t, p, name, subject)
				}
				return f.probe(p)
			}
			expect := func(what, got, want string) {
				if got != want {
					t.Errorf("%s: %s\nwant %s", what, got, want)
				}
			}
			expect("off", observe(func(*portal) (rules.Subject, bool) { return rules.Subject{}, false }), f.without)
			expect("on", observe(func(*portal) (rules.Subject, bool) { return rules.Subject{}, true }), f.with)
			if fault.EveryoneOnly || f.everyoneOnly {
				return
			}
			expect("on for this app", observe(func(p *portal) (rules.Subject, bool) { return rules.Subject{App: p.app.ID}, true }), f.with)
			expect("on for another app", observe(func(*portal) (rules.Subject, bool) { return rules.Subject{App: otherUser}, true }), f.without)
			if fault.AppOnly {
				return
			}
			actor, another := user, otherUser
			if f.byOther {
				actor, another = otherUser, user
			}
			expect("on for this user", observe(func(*portal) (rules.Subject, bool) { return rules.Subject{User: actor}, true }), f.with)
			expect("on for another user", observe(func(*portal) (rules.Subject, bool) { return rules.Subject{User: another}, true }), f.without)
		})
	}
}

func switchOn(t testing.TB, p *portal, fault string) {
	t.Helper()
	aimAt(t, p, fault, rules.Subject{})
}

func aimAt(t testing.TB, p *portal, fault string, subject rules.Subject) {
	t.Helper()
	if _, err := p.book.Add(fault, subject); err != nil {
		t.Fatal(err)
	}
}
