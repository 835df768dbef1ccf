package axe_test

import (
	"context"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"

	"docspace-oauth/internal/axe"
	"docspace-oauth/internal/hand"
)

func TestBarriersAreFound(t *testing.T) {
	script := axe.Load(t)
	hand.InTab(t, func(ctx context.Context) error {
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
	})
}
