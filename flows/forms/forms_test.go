package forms_test

import (
	"net/url"
	"testing"

	"docspace-oauth/flows/forms"
)

const pageAt = "https://op.test/interaction/1?step=2"

// parse reads a page's only form.
func parse(t *testing.T, page string) forms.Form {
	t.Helper()
	at, err := url.Parse(pageAt)
	if err != nil {
		t.Fatal(err)
	}
	all, err := forms.Parse([]byte(page), at)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d forms, %v", len(all), err)
	}
	return all[0]
}

func TestSignIn(t *testing.T) {
	for name, c := range map[string]struct{ page, action, want string }{
		"a plain one": {
			`<form action="/login" method=post><input type=hidden name=csrf value=x><input name=u><input type=password name=p><button>Sign in</button></form>`,
			"POST https://op.test/login", "csrf=x&p=secret&u=alice",
		},
		"at its own address": {
			`<form method=POST><input type="EMAIL" name=u><input type=password name=p><input type=checkbox name=stay><input type=submit name=go value=Go></form>`,
			"POST " + pageAt, "go=Go&p=secret&u=alice",
		},
		"with what is filled in": {
			`<form action="?x=1"><input name=u value=somebody><input type=password name=p><input type=checkbox name=stay value=yes checked><select name=realm><option>a<option selected value=b>B</select><input name=off disabled></form>`,
			"GET https://op.test/interaction/1?x=1", "p=secret&realm=b&stay=yes&u=alice",
		},
	} {
		form := parse(t, c.page)
		if got := form.Method + " " + form.Action.String(); got != c.action || !form.AsksPassword() || form.AsksUser() {
			t.Errorf("%s: %s, asks for a password: %v", name, got, form.AsksPassword())
		}
		if got := form.SignIn("alice", "secret").Encode(); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
		if _, ok := form.Agree(); ok {
			t.Errorf("%s: the login form is taken for a question", name)
		}
	}
	first := parse(t, `<form method=post><input type=email name=u><input type=hidden name=csrf value=x></form>`)
	if !first.AsksUser() || first.AsksPassword() || first.SignIn("alice", "secret").Encode() != "csrf=x&u=alice" {
		t.Errorf("the first of two steps: %s", first.SignIn("alice", "secret").Encode())
	}
}

func TestAgree(t *testing.T) {
	for name, c := range map[string]struct{ page, want string }{
		"one button":         {`<form><input type=hidden name=c value=1><button>Weiter</button></form>`, "c=1"},
		"yes and no":         {`<form><button name=answer value=no>No</button><button name=answer value=yes>Yes</button></form>`, "answer=yes"},
		"words on buttons":   {`<form><input type=submit name=cancel value=Cancel><input type=submit name=accept value="Allow access"></form>`, "accept=Allow+access"},
		"boxes":              {`<form><input type=checkbox name=scope value=a><input type=checkbox name=scope value=b><button>Consent</button></form>`, "scope=a&scope=b"},
		"a choice":           {`<form><input type=radio name=how value=once><input type=radio name=how value=ever checked><button>OK</button></form>`, "how=ever"},
		"deny only":          {`<form><button name=answer value=deny>Deny</button></form>`, ""},
		"unknown words":      {`<form><button name=a value=1>Eins</button><button name=a value=2>Zwei</button></form>`, ""},
		"no button":          {`<form><input type=hidden name=c value=1></form>`, ""},
		"a search":           {`<form><input name=q><button>Continue</button></form>`, ""},
		"disallow is no yes": {`<form><button name=a value=disallow>Disallow</button></form>`, ""},
	} {
		values, ok := parse(t, c.page).Agree()
		if got := values.Encode(); got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q, %v", name, got, ok)
		}
	}
}
