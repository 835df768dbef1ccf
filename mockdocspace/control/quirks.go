package control

import (
	"context"
	"net/http"
	"net/url"
)

// Quirk is a bug of the real portal's pages, as a switch.
type Quirk struct {
	Name      string `json:"name" example:"pages.silent-stale-consent"`
	Sentence  string `json:"sentence" doc:"What the portal does while it is on."`
	Reference string `json:"reference" doc:"Where the facts are written down."`
	On        bool   `json:"on"`
}

// SwitchRequest switches a quirk.
type SwitchRequest struct {
	On bool `json:"on"`
}

// Quirks lists the bugs of the portal's pages, and whether they are on. All are in
// the profile docspace, none is in strict.
func (c *Client) Quirks(ctx context.Context) ([]Quirk, error) {
	return get[[]Quirk](ctx, c, "quirks")
}

// SwitchQuirk switches one of them, until Reset.
func (c *Client) SwitchQuirk(ctx context.Context, name string, on bool) (Quirk, error) {
	return send[Quirk](ctx, c, http.MethodPut, "quirks/"+url.PathEscape(name), SwitchRequest{On: on})
}
