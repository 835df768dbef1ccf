package browser

import (
	"context"
	"net/http"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// capturedPage is what the browser shows in the place of an app.
const capturedPage = `<!DOCTYPE html><title>Back at the app</title><p>The browser came back to the app, which does not run.</p>`

// captured is the beginning of the addresses at which the driver answers itself.
func (d *drive) captured() string {
	if d.Captured && strings.HasPrefix(d.RedirectURI, "http") {
		return d.RedirectURI
	}
	return ""
}

// capture makes the driver answer what is loaded from addresses that begin so; ""
// ends that. Chromium asks before it resolves the host's name, which may take
// seconds to fail.
func (p *Profile) capture(ctx context.Context, prefix string) error {
	if prefix == p.captured {
		return nil
	}
	p.captured = prefix
	if prefix == "" {
		_, err := chromedp.Call(ctx, fetch.Disable, cdp.Empty{})
		return err
	}
	literally := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`)
	_, err := chromedp.Call(ctx, fetch.Enable, fetch.EnableParams{Patterns: []*fetch.RequestPattern{
		{URLPattern: literally.Replace(prefix) + "*", ResourceType: network.ResourceTypeDocument},
	}})
	return err
}

// answerCaptured answers one request. Where that fails the tab has gone on or is
// gone, and nobody waits.
func (p *Profile) answerCaptured(paused *fetch.EventRequestPaused) {
	_, _ = chromedp.Call(p.ctx, fetch.FulfillRequest, fetch.FulfillRequestParams{
		RequestID: paused.RequestID, ResponseCode: http.StatusOK, Body: []byte(capturedPage),
		ResponseHeaders: []*fetch.HeaderEntry{{Name: "Content-Type", Value: "text/html; charset=utf-8"}},
	})
}
