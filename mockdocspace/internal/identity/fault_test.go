package identity_test

import (
	"testing"

	"docspace-oauth/mockdocspace/internal/rules"
)

func switchOn(t testing.TB, p *portal, fault string) {
	t.Helper()
	if _, err := p.book.Add(fault, rules.Subject{}); err != nil {
		t.Fatal(err)
	}
}
