package mockdocspace_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"docspace-oauth/mockdocspace"
	"docspace-oauth/mockdocspace/config"
	"docspace-oauth/mockdocspace/control"
)

func TestQuirksByName(t *testing.T) {
	p := startPortal(t, mockdocspace.Options{Config: &config.Config{Quirks: map[string]bool{"pages.untitled": false}}})
	c := p.Control()
	all := func() map[string]bool {
		t.Helper()
		list, err := c.Quirks(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		on := map[string]bool{}
		for _, q := range list {
			on[q.Name] = q.On
		}
		return on
	}
	if first := all(); first["pages.untitled"] || !first["pages.stale-scopes"] {
		t.Errorf("at the start: %v", first)
	}
	if q, err := c.SwitchQuirk(t.Context(), "pages.stale-scopes", false); err != nil || q.On || q.Sentence == "" {
		t.Errorf("switched: %+v, %v", q, err)
	}
	if _, err := c.SwitchQuirk(t.Context(), "pages.untitled", true); err != nil {
		t.Error(err)
	}
	if _, err := c.AddFault(t.Context(), control.FaultRequest{Name: "token.any-secret"}); err != nil {
		t.Error(err)
	}
	if now := all(); !now["pages.untitled"] || now["pages.stale-scopes"] {
		t.Errorf("after switching: %v", now)
	}
	if err := c.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again := all(); again["pages.untitled"] || !again["pages.stale-scopes"] {
		t.Errorf("after reset: %v", again)
	}
	if _, err := c.SwitchQuirk(t.Context(), "pages.no-such", true); err == nil || !strings.Contains(err.Error(), "/mock/quirks") {
		t.Errorf("an unknown quirk: %v", err)
	}
	_, err := mockdocspace.New(mockdocspace.Options{Config: &config.Config{Quirks: map[string]bool{"pages.no-such": true}}})
	if err == nil || !strings.Contains(err.Error(), `"pages.no-such"`) {
		t.Errorf("an unknown quirk in the configuration: %v", err)
	}
}

func TestQuirksAreDocumented(t *testing.T) {
	list, err := startPortal(t, mockdocspace.Options{}).Control().Quirks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range list {
		if row := fmt.Sprintf("| `%s` | %s |", q.Name, q.Sentence); !strings.Contains(string(page), row) {
			t.Errorf("docs/configuration.md lacks the row\n%s", row)
		}
	}
}
