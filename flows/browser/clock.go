package browser

import "time"

// clock is the time that a journey has. It can stand still.
type clock struct {
	alarm *time.Timer
	end   time.Time     // of the journey's time, while the clock runs
	left  time.Duration // of the journey's time, while it stands still
	limit time.Time     // when the caller calls the journey off, zero for never
}

// startClock calls over when the patience is at its end.
func startClock(patience time.Duration, limit time.Time, over func()) *clock {
	return &clock{alarm: time.AfterFunc(patience, over), end: time.Now().Add(patience), limit: limit}
}

func (c *clock) stop() {
	c.alarm.Stop()
	c.left = time.Until(c.end)
}

func (c *clock) goOn() {
	c.end = time.Now().Add(c.left)
	c.alarm.Reset(c.left)
}

// reaches says whether the running journey still goes on at that time.
func (c *clock) reaches(at time.Time) bool {
	return at.Before(c.end) && (c.limit.IsZero() || at.Before(c.limit))
}
