// Command images makes the pictures of the README from the programs themselves:
//
//	go run ./docs/images REPORT.html
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"

	"docspace-oauth/flows"
	"docspace-oauth/flows/browser"
	"docspace-oauth/mockdocspace"
)

// size of a picture, in pixels.
type size struct{ width, height int64 }

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./docs/images REPORT.html")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "images:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, reportFile string) error {
	chromium, err := browser.Launch(ctx, browser.Options{})
	if err != nil {
		return err
	}
	defer chromium.Close()
	if err := pictureOfConsent(ctx, chromium, "docs/images/consent.png"); err != nil {
		return fmt.Errorf("consent page: %w", err)
	}
	if err := picturesOfDesk(ctx, chromium, "docs/images/start.png", "docs/images/flow.png"); err != nil {
		return fmt.Errorf("pages below /mock/: %w", err)
	}
	if err := pictureOfReport(ctx, chromium, reportFile, "docs/images/report.png"); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// pictureOfConsent signs a user in and stops at the consent page.
func pictureOfConsent(ctx context.Context, chromium *browser.Browser, file string) error {
	mock, err := mockdocspace.Start(ctx, mockdocspace.Options{})
	if err != nil {
		return err
	}
	defer mock.Close()
	portal, err := flows.NewPortal(mock.URL(), nil)
	if err != nil {
		return err
	}
	app := flows.App{
		ID: mockdocspace.DemoClientID, RedirectURI: mockdocspace.DemoRedirectURI,
		Scopes: []string{"accounts.self:read", "files:read", "rooms:read"},
	}
	profile, err := chromium.NewProfile(ctx)
	if err != nil {
		return err
	}
	defer profile.Close()
	if err := resize(ctx, profile, size{760, 700}); err != nil {
		return err
	}
	_, err = profile.Authorize(ctx, portal.AuthorizeURL(app, portal.NewAuthorization(app)), browser.Journey{
		Portal: mock.URL(), RedirectURI: app.RedirectURI, Email: "user@docspace.test",
		Password: mockdocspace.SeedPassword, Decision: browser.Look,
	})
	if err != nil {
		return err
	}
	return save(ctx, profile, file)
}

func pictureOfReport(ctx context.Context, chromium *browser.Browser, report, file string) error {
	path, err := filepath.Abs(report)
	if err != nil {
		return err
	}
	profile, err := chromium.NewProfile(ctx)
	if err != nil {
		return err
	}
	defer profile.Close()
	if err := resize(ctx, profile, size{1000, 640}); err != nil {
		return err
	}
	if err := profile.Navigate(ctx, "file://"+path); err != nil {
		return err
	}
	return save(ctx, profile, file)
}

// picturesOfDesk shows the start page, and on the live page a flow whose code is used twice.
func picturesOfDesk(ctx context.Context, chromium *browser.Browser, start, flow string) error {
	mock, err := mockdocspace.Start(ctx, mockdocspace.Options{})
	if err != nil {
		return err
	}
	defer mock.Close()
	portal, err := flows.NewPortal(mock.URL(), nil)
	if err != nil {
		return err
	}
	app := flows.App{
		ID: mockdocspace.DemoClientID, Secret: mockdocspace.DemoClientSecret, RedirectURI: mockdocspace.DemoRedirectURI,
		Scopes: []string{"accounts.self:read"},
	}
	visitor, err := chromium.NewProfile(ctx)
	if err != nil {
		return err
	}
	defer visitor.Close()
	authorization := portal.NewAuthorization(app)
	result, err := visitor.Authorize(ctx, portal.AuthorizeURL(app, authorization), browser.Journey{
		Portal: mock.URL(), RedirectURI: app.RedirectURI, Email: "admin@docspace.test", Password: mockdocspace.SeedPassword,
	})
	if err != nil {
		return err
	}
	code := result.Callback.Query().Get("code")
	if _, err := portal.Exchange(ctx, app, code, authorization); err != nil {
		return err
	}
	if _, err := mock.Control().Advance(ctx, 12*time.Second); err != nil {
		return err
	}
	if _, err := portal.Exchange(ctx, app, code, authorization); err == nil {
		return errors.New("the code was taken twice")
	}
	profile, err := chromium.NewProfile(ctx)
	if err != nil {
		return err
	}
	defer profile.Close()
	for _, picture := range []struct {
		path, ready, file string
		size              size
	}{
		{"/mock/", "#portals", start, size{1100, 860}},
		{"/mock/flows", ".flow svg", flow, size{1000, 1190}},
	} {
		if err := resize(ctx, profile, picture.size); err != nil {
			return err
		}
		if err := profile.Run(ctx, func(ctx context.Context) error {
			if err := chromedp.Do(ctx, chromedp.Navigate(mock.URL()+picture.path), chromedp.WaitVisible(picture.ready)); err != nil {
				return err
			}
			_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](
				`Promise.all(document.getAnimations().map((a) => a.finished)).then(() => true)`, chromedp.EvalAwaitPromise))
			return err
		}); err != nil {
			return err
		}
		if err := save(ctx, profile, picture.file); err != nil {
			return err
		}
	}
	return nil
}

func resize(ctx context.Context, profile *browser.Profile, s size) error {
	return profile.Run(ctx, func(ctx context.Context) error {
		_, err := chromedp.Run(ctx, chromedp.EmulateViewport(s.width, s.height))
		return err
	})
}

// save keeps the picture small: best compression.
func save(ctx context.Context, profile *browser.Profile, file string) error {
	picture, err := profile.Screenshot(ctx)
	if err != nil {
		return err
	}
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	return errors.Join(encoder.Encode(out, decoded), out.Close())
}
