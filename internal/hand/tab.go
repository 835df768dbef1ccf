package hand

import (
	"context"
	"errors"
	"testing"

	"docspace-oauth/flows/browser"
)

// InTab runs do with a tab of a browser of its own, whose profile is empty. The test
// is skipped where no browser is, and fails with what do returns.
func InTab(t *testing.T, do func(ctx context.Context) error) {
	t.Helper()
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
	if err := profile.Run(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}
