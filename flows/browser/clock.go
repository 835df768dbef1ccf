package browser

import "time"

// clock is the time that a journey has.
type clock struct {
	alarm *time.Timer
	end   time.Time // of the journey's time
	limit time.Time // when the caller calls the journey off, zero for never
}

// startClock calls over when the patience is at its end.
func startClock(patience time.Duration, limit time.Time, over func()) *clock {
	return &clock{alarm: time.AfterFunc(patience, over), end: time.Now().Add(patience), limit: limit}
}

func (c *clock) stop() { c.alarm.Stop() }

// reaches says whether the journey still goes on at that time.
func (c *clock) reaches(at time.Time) bool {
	return at.Before(c.end) && (c.limit.IsZero() || at.Before(c.limit))
}
