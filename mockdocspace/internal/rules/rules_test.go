package rules

import (
	"context"
	"testing"
)

func TestEachFaultChangesTheRulesOfSomeProfile(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Faults() {
		if seen[f.Name] {
			t.Errorf("%s: listed twice", f.Name)
		}
		seen[f.Name] = true
		docspace, strict := DocSpace(), Strict()
		f.Change(&docspace)
		f.Change(&strict)
		if docspace == DocSpace() && strict == Strict() {
			t.Errorf("%s changes nothing", f.Name)
		}
		if len(f.Breaks) == 0 && f.App == "" || f.Sentence == "" || f.Where == "" {
			t.Errorf("%s: neither requirement nor advice, no sentence, or no place", f.Name)
		}
	}
}

func TestTargetedFaultsReachOnlyTheirSubject(t *testing.T) {
	book := NewBook(DocSpace())
	if _, err := book.Add("token.any-secret", Subject{App: "a"}); err != nil {
		t.Fatal(err)
	}
	id, err := book.Add("pkce.burns-code", Subject{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := book.Into(context.Background())
	if From(ctx).Token.AnySecret || For(ctx, "b", "").Token.AnySecret {
		t.Error("a fault for app a reached others")
	}
	if !For(ctx, "a", "u").Token.AnySecret || !For(ctx, "a", "u").PKCE.WrongVerifierBurns {
		t.Error("app a does not see its faults")
	}
	if !book.Remove(id) || book.Remove(id) {
		t.Error("Remove does not report what it did")
	}
	if From(book.Into(context.Background())).PKCE.WrongVerifierBurns {
		t.Error("a removed fault is still on")
	}
	if !From(ctx).PKCE.WrongVerifierBurns {
		t.Error("a request under way changed its rules")
	}
	book.Clear()
	if len(book.List()) != 0 {
		t.Error("Clear left faults")
	}
}

func TestUnknownAndMisplacedFaultsAreRefused(t *testing.T) {
	book := NewBook(DocSpace())
	if _, err := book.Add("no.such", Subject{}); err == nil {
		t.Error("an unknown fault was accepted")
	}
	if _, err := book.Add("metadata.wrong-issuer", Subject{App: "a"}); err == nil {
		t.Error("a fault of anonymous answers was accepted for one app")
	}
}

func BenchmarkNoFault(b *testing.B) {
	book := NewBook(DocSpace())
	for b.Loop() {
		ctx := book.Into(context.Background())
		if For(ctx, "app", "user").Token.AnySecret {
			b.Fatal("fault")
		}
	}
}
