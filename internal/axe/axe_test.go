package axe_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"docspace-oauth/flows/browser"
	"docspace-oauth/internal/axe"
)

func TestBarriersAreFound(t *testing.T) {
	script := axe.Load(t)
	chromium, err := browser.Launch(t.Context(), browser.Options{})
	if errors.Is(err, browser.ErrNotFound) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer chromium.Close()
	profile, err := chromium.NewProfile(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer profile.Close()
	if err := profile.Run(t.Context(), func(ctx context.Context) error {
		if err := chromedp.Do(ctx, chromedp.Navigate(`data:text/html,<html lang="en"><title>t</title><main><h1>t</h1><input><p style="color:%23bbb">pale</p>`)); err != nil {
			return err
		}
		findings, err := script.Findings(ctx)
		for _, want := range []string{"label", "color-contrast"} {
			if !slices.ContainsFunc(findings, func(f axe.Finding) bool {
				return f.ID == want && (f.Impact == "serious" || f.Impact == "critical") && len(f.Nodes) == 1
			}) {
				t.Errorf("%s is missing in %v", want, findings)
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
