package control

import (
	"context"
	"net/http"
	"time"
)

// ClockState is what the portal's clock shows.
type ClockState struct {
	Now    time.Time `json:"now" doc:"The portal's time."`
	Frozen bool      `json:"frozen" doc:"Whether time stands still."`
	Offset string    `json:"offset" doc:"How far the clock is ahead of real time, as a Go duration." example:"1h0m0s"`
}

// AdvanceRequest moves the clock.
type AdvanceRequest struct {
	By string `json:"by" doc:"How far, as a Go duration; negative to go back." example:"61s"`
}

// SetRequest sets the clock.
type SetRequest struct {
	To time.Time `json:"to" doc:"What the clock shall show (RFC 3339)." example:"2026-03-01T09:30:00Z"`
}

// Clock reads the portal's clock.
func (c *Client) Clock(ctx context.Context) (ClockState, error) {
	return get[ClockState](ctx, c, "clock")
}

// Freeze stops the portal's clock at the moment it shows.
func (c *Client) Freeze(ctx context.Context) (ClockState, error) {
	return send[ClockState](ctx, c, http.MethodPost, "clock/freeze", nil)
}

// Advance moves the portal's clock; frozen it stays frozen. So a code or token
// expires without waiting for it.
func (c *Client) Advance(ctx context.Context, d time.Duration) (ClockState, error) {
	return send[ClockState](ctx, c, http.MethodPost, "clock/advance", AdvanceRequest{By: d.String()})
}

// Set makes the portal's clock show t; frozen it stays frozen.
func (c *Client) Set(ctx context.Context, t time.Time) (ClockState, error) {
	return send[ClockState](ctx, c, http.MethodPost, "clock/set", SetRequest{To: t})
}

// Resume returns the portal to real time.
func (c *Client) Resume(ctx context.Context) (ClockState, error) {
	return send[ClockState](ctx, c, http.MethodPost, "clock/resume", nil)
}
