package clock

import (
	"testing"
	"time"
)

func TestAFrozenClockMovesOnlyWhenTold(t *testing.T) {
	c := New()
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	c.Set(at)
	c.Freeze()
	c.Set(at)
	if !c.Frozen() || !c.Now().Equal(at) || !c.Now().Equal(at) {
		t.Fatalf("frozen at %s, want %s", c.Now(), at)
	}
	c.Advance(61 * time.Second)
	if got := c.Now().Sub(at); got != 61*time.Second {
		t.Errorf("advanced by %s", got)
	}
	c.Resume()
	if c.Frozen() || c.Offset() != 0 {
		t.Error("Resume does not return to real time")
	}
}

func TestAMovedClockKeepsRunning(t *testing.T) {
	c := New()
	c.Advance(24 * time.Hour)
	if offset := c.Offset(); offset < 23*time.Hour {
		t.Fatalf("offset %s, want a day", offset)
	}
	before := c.Now()
	for c.Now().Equal(before) { // ends with the next tick of real time
		continue
	}
	if c.Now().Location() != time.UTC {
		t.Error("not in UTC")
	}
}
