package webapp

import "testing"

func TestSessionsAreBounded(t *testing.T) {
	s := newSessions()
	first := s.create()
	second := s.create()
	for range maxSessions - 2 {
		s.create()
	}
	if s.find(first.id) != first { // now the most recently used
		t.Fatal("first session is gone too early")
	}
	s.create()
	if s.find(first.id) == nil || s.find(second.id) != nil || len(s.byID) != maxSessions || s.byUse.Len() != maxSessions {
		t.Errorf("%d sessions, %d in order", len(s.byID), s.byUse.Len())
	}
	s.remove(first.id)
	s.remove(first.id)
	if s.find(first.id) != nil || s.find("") != nil {
		t.Error("a removed session is found")
	}
}

func TestSessionsEndUnused(t *testing.T) {
	s := newSessions()
	old := s.create()
	old.lastUsed = old.lastUsed.Add(-2 * sessionLifetime)
	if s.find(old.id) != nil || len(s.byID) != 0 {
		t.Error("an old session is found")
	}
}
