package management

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"docspace-oauth/mockdocspace/control"
)

func (s *server) clockRoutes(api huma.API) {
	show := func() *answer[control.ClockState] { return &answer[control.ClockState]{s.clockState()} }
	register(s, api, http.MethodGet, "clock", "read-clock", "What the portal's clock shows",
		func(context.Context, *none) (*answer[control.ClockState], error) { return show(), nil })
	register(s, api, http.MethodPost, "clock/freeze", "freeze-clock", "Stop the clock",
		func(context.Context, *none) (*answer[control.ClockState], error) {
			s.Clock.Freeze()
			return show(), nil
		})
	register(s, api, http.MethodPost, "clock/resume", "resume-clock", "Return to real time",
		func(context.Context, *none) (*answer[control.ClockState], error) {
			s.Clock.Resume()
			return show(), nil
		})
	register(s, api, http.MethodPost, "clock/advance", "advance-clock", "Move the clock; a frozen one stays frozen",
		func(_ context.Context, in *struct{ Body control.AdvanceRequest }) (*answer[control.ClockState], error) {
			if err := s.advance(in.Body.By); err != nil {
				return nil, err
			}
			return show(), nil
		})
	register(s, api, http.MethodPost, "clock/set", "set-clock", "Set the clock; a frozen one stays frozen",
		func(_ context.Context, in *struct{ Body control.SetRequest }) (*answer[control.ClockState], error) {
			if !reasonable(in.Body.To) {
				return nil, invalid("body.to", in.Body.To, "lies outside the years 1970 to 9999")
			}
			s.Clock.Set(in.Body.To)
			return show(), nil
		})
}

func (s *server) clockState() control.ClockState {
	return control.ClockState{Now: s.Clock.Now(), Frozen: s.Clock.Frozen(), Offset: s.Clock.Offset().Round(time.Millisecond).String()}
}

// advance moves the clock by a Go duration.
func (s *server) advance(duration string) error {
	by, err := time.ParseDuration(duration)
	if err != nil {
		return invalid("body.by", duration, "is no duration: write it like 61s, 5m or 1h30m")
	}
	if !reasonable(s.Clock.Now().Add(by)) || by.Abs() > maxAdvance {
		return invalid("body.by", duration, "leads out of the years 1970 to 9999: advance by less, or POST /mock/clock/resume first")
	}
	s.Clock.Advance(by)
	return nil
}

// maxAdvance keeps the offset from real time within what a Duration can say.
const maxAdvance = 200 * 365 * 24 * time.Hour

// reasonable times can be written as JSON and as seconds since 1970.
func reasonable(t time.Time) bool { return t.UTC().Year() >= 1970 && t.UTC().Year() <= 9999 }
