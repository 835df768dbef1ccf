package suites

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"

	"github.com/onsi/gomega"

	"docspace-oauth/flows"
)

func registrationValidationChecks() []Check {
	return []Check{{"docspace/registration/validated", registrationValidated}}
}

// The codes of what is wrong with a member (docs/portal/identity.md §7.1).
const (
	emptyField    = "EmptyFieldError"
	wrongLength   = "ErrorName"
	wrongURL      = "ErrorWrongURL"
	wrongPattern  = "ErrorPattern"
	invalidScopes = "ErrorInvalidScope"
)

// badMember is a member with a value that a portal must refuse, and the code for it;
// what the portal says besides, it may say.
type badMember struct {
	name  string
	what  string
	value any // missing: without the member
	code  string
}

// missing is the value of a member that is not sent.
type missing struct{}

// badMembers are those of docs/portal/identity.md §7.3.
func badMembers() []badMember {
	bad := []badMember{
		{"name", "missing", missing{}, emptyField},
		{"name", "blank", "   ", emptyField},
		{"name", "too short", "ab", wrongLength},
		{"name", "too long", strings.Repeat("n", 257), wrongLength},
		{"description", "too long", strings.Repeat("d", 256), wrongLength},
		{"logo", "missing", missing{}, emptyField},
		{"logo", "an address", "https://app.example.test/logo.png", wrongPattern},
		{"logo", "no image", "data:text/html;base64,PGI+", wrongPattern},
		{"logo", "no base64", "data:image/png;base64,%%%%", wrongPattern},
		{"logo", "too large", "data:image/png;base64," + base64.StdEncoding.EncodeToString(make([]byte, 256_001)), wrongPattern},
		{"scopes", "missing", missing{}, emptyField},
		{"scopes", "empty", []string{}, emptyField},
		{"scopes", "unknown", []string{"files:read", "unknown:read"}, invalidScopes},
	}
	for _, name := range []string{"website_url", "terms_url", "policy_url", "logout_redirect_uri"} {
		bad = append(bad,
			badMember{name, "missing", missing{}, emptyField},
			badMember{name, "blank", " ", emptyField},
			badMember{name, "no address", "not an address", wrongURL},
			badMember{name, "of another scheme", "ftp://app.example.test/", wrongURL},
			badMember{name, "on localhost", "http://localhost:3000", wrongURL},
		)
	}
	for _, name := range []string{"redirect_uris", "allowed_origins"} {
		var thirteen []string
		for i := range 13 {
			thirteen = append(thirteen, fmt.Sprintf("https://app.example.test/%d", i))
		}
		bad = append(bad,
			badMember{name, "missing", missing{}, emptyField},
			badMember{name, "empty", []string{}, wrongLength},
			badMember{name, "thirteen", thirteen, wrongLength},
			badMember{name, "of another scheme", []string{"https://app.example.test/a", "ftp://app.example.test/b"}, wrongURL},
			badMember{name, "a script", []string{"javascript:alert(1)"}, wrongURL},
		)
	}
	return bad
}

// with is the registration with a member changed, as a JSON object.
func (b badMember) with(registration map[string]any) map[string]any {
	changed := maps.Clone(registration)
	changed[b.name] = b.value
	if b.value == (missing{}) {
		delete(changed, b.name)
	}
	return changed
}

// faultsFound are the codes of a validation error by member.
func faultsFound(r Response) map[string][]string {
	found := map[string][]string{}
	list, _ := r.Member("errors").([]any)
	for _, item := range list {
		object, _ := item.(map[string]any)
		field, _ := object["field"].(string)
		code, _ := object["code"].(string)
		found[field] = append(found[field], code)
	}
	return found
}

// expectInvalid is a 400 that names the member with its code.
func (c *Case) expectInvalid(answer Response, b badMember, how string) {
	c.Expect(answer).To(HaveStatus(http.StatusBadRequest), "%s: %s that is %s", how, b.name, b.what)
	c.Expect(answer.Text("detail")).To(gomega.Equal("Validation failed"), "%s: %s that is %s", how, b.name, b.what)
	found := faultsFound(answer)
	c.Expect(found[b.name]).To(gomega.ContainElement(b.code), "%s: codes of %s that is %s", how, b.name, b.what)
	delete(found, b.name)
	c.Expect(found).To(gomega.BeEmpty(), "%s: what else is wrong besides %s that is %s", how, b.name, b.what)
}

func registrationValidated(c *Case) {
	owner := c.Registrar()
	right := asObject(flows.NewRegistration("Check validated", RedirectURI, "files:read"))
	var app Response
	c.Control("a registration without a mistake", func() {
		app = c.Create(owner, right)
		c.Expect(app).To(HaveStatus(http.StatusCreated))
	})
	update := map[string]any{}
	for _, name := range mutableMembers {
		update[name] = right[name]
	}
	own := "/" + app.Text("client_id")
	c.Control("an update without a mistake", func() {
		c.Expect(c.Manage(owner, http.MethodPut, own, update)).To(BeDone())
	})
	everything := map[string]any{}
	for _, bad := range badMembers() {
		c.expectInvalid(c.Create(owner, bad.with(right)), bad, "POST")
		if bad.value != (missing{}) {
			everything[bad.name] = bad.value // the last one counts
		}
		// Of an update the portal says no more than that: a missing list is a wrong
		// address there, and logos may have any size.
		if _, mutable := update[bad.name]; mutable && bad.value != (missing{}) && bad.what != "too large" && bad.what != "no base64" {
			c.expectInvalid(c.Manage(owner, http.MethodPut, own, bad.with(update)), bad, "PUT")
		}
	}
	everything["scopes"] = []string{} // unknown ones are looked for only when all else is right
	c.Expect(faultsFound(c.Create(owner, everything))).To(gomega.HaveLen(len(everything)), "all that is wrong, at once")
	c.Expect(faultsFound(c.Create(owner, map[string]any{}))).To(gomega.HaveLen(len(right)-len(optionalMembers)), "all that is missing, at once")
	// What looks like an address is asked for its scheme after all that, in words.
	bare := c.Create(owner, badMember{name: "website_url", value: "app.example.test"}.with(right))
	c.Expect(bare).To(BeProblem(http.StatusBadRequest), "an address without a scheme")
	c.Expect(bare.Text("detail")).To(gomega.ContainSubstring("website url"), "what is wrong with it")
	for _, path := range []string{"?limit=0", "?limit=51", "/info?limit=0", "/info?limit=51", "/consents?limit=0", "/consents?limit=51"} {
		c.Expect(c.Manage(owner, http.MethodGet, path, nil)).To(BeProblem(http.StatusBadRequest), "GET clients%s", path)
	}
	c.Expect(c.Manage(owner, http.MethodGet, own, nil).Text("name")).To(gomega.Equal(right["name"]), "the app after all refusals")
}

// asObject is a value as the JSON object that it is sent as.
func asObject(registration flows.Registration) map[string]any {
	object := map[string]any{}
	text, err := json.Marshal(registration)
	if err == nil {
		err = json.Unmarshal(text, &object)
	}
	if err != nil { // a struct of texts, lists of texts and a flag always encodes
		return nil
	}
	return object
}

// mutableMembers are those that an update may change, optionalMembers those that a
// registration may do without (docs/portal/identity.md §7.2, §7.3).
var (
	mutableMembers  = []string{"name", "description", "logo", "allow_pkce", "allowed_origins"}
	optionalMembers = []string{"description", "allow_pkce"}
)
