package rules

import (
	"context"
	"reflect"
	"slices"
	"testing"
)

// TestEachBugOfThePagesIsASwitch finds the fields of Pages in which the profiles differ.
func TestEachBugOfThePagesIsASwitch(t *testing.T) {
	docspace, strict := DocSpace(), Strict()
	pages := reflect.TypeFor[Pages]()
	for i := range pages.NumField() {
		with := reflect.ValueOf(docspace.Pages).Field(i).Bool()
		without := reflect.ValueOf(strict.Pages).Field(i).Bool()
		if with == without {
			continue
		}
		named := slices.ContainsFunc(Quirks(), func(q Quirk) bool {
			r := strict
			*q.field(&r) = true
			return reflect.ValueOf(r.Pages).Field(i).Bool() != without
		})
		if !named {
			t.Errorf("Pages.%s has no switch", pages.Field(i).Name)
		}
	}
	for _, q := range Quirks() {
		if !q.On(docspace) || q.On(strict) {
			t.Errorf("%s: on in docspace %v, in strict %v", q.Name, q.On(docspace), q.On(strict))
		}
		if q.Sentence == "" || q.Reference == "" {
			t.Errorf("%s: nothing is said about it", q.Name)
		}
	}
}

func TestSwitchQuirk(t *testing.T) {
	book := NewBook(DocSpace())
	if _, err := book.Add("token.any-secret", Subject{}); err != nil {
		t.Fatal(err)
	}
	before := book.Into(context.Background())
	if err := book.SwitchQuirk("pages.stale-scopes", false); err != nil {
		t.Fatal(err)
	}
	after := book.Into(context.Background())
	if From(after).Pages.StaleScopes || !From(after).Token.AnySecret || !From(before).Pages.StaleScopes {
		t.Error("not off, or the fault is gone, or a request under way changed its rules")
	}
	if err := book.SwitchQuirk("no.such", false); err == nil {
		t.Error("an unknown quirk was switched")
	}
	book.Rebase(DocSpace())
	if !book.Base().Pages.StaleScopes || len(book.List()) != 0 {
		t.Error("not as in the beginning")
	}
}
